#include "pricing/plan/noises.hpp"

#include "engine/random/stream_key.hpp"

namespace lien::pricing {

engine::NoiseLaw noise_law(const OwnNoise& noise) {
  return {noise.mean_reversion, noise.volatility};
}

std::uint32_t add_noise(const CompileInput& input, const OwnNoise& noise, const std::string& name,
                        const Location& where, Plan& plan) {
  if (noise.volatility == 0) return kNone;
  auto& noises = plan.factors.noises;
  const auto key = engine::stream_key(input.settings->seed, engine::StreamKind::noise, name);
  for (const auto& other : noises)
    if (other.key == key)
      throw InputError({{where, name, "", "draws the same random numbers as another series",
                         "rename the hardware, or choose another seed"}});
  noises.push_back(engine::noise_step(noise_law(noise), plan.factors.dt_years, key));
  return static_cast<std::uint32_t>(noises.size() - 1);
}

}  // namespace lien::pricing
