#include "pricing/plan/segments.hpp"

#include "pricing/plan/noises.hpp"

namespace lien::pricing {

std::uint32_t segment_row(const CompileInput& input, std::uint32_t hardware,
                          const std::string& name, Plan& plan) {
  const Hardware& of = input.market->hardware[hardware];
  const auto entry = of.segments.find(name.empty() ? "spot" : name);
  if (entry == of.segments.end()) return kNone;
  for (std::size_t i = 0; i < plan.segments.size(); ++i)
    if (plan.segments[i].hardware == hardware && plan.segments[i].name == entry->first)
      return static_cast<std::uint32_t>(i);
  const std::uint32_t noise = add_noise(input, entry->second.noise,
                                        "segment/" + of.id + '/' + entry->first, of.where, plan);
  plan.segments.push_back({hardware, entry->first, entry->second.basis, noise});
  return static_cast<std::uint32_t>(plan.segments.size() - 1);
}

}  // namespace lien::pricing
