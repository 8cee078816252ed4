#include "benches/jobs/j1_lien.hpp"

#include <algorithm>
#include <string>

#include "engine/elementary/elementary.hpp"
#include "engine/kernels/random_rows.hpp"
#include "engine/random/stream_key.hpp"

namespace lien::benches {

J1Keys j1_keys(std::uint64_t seed) {
  J1Keys keys{};
  for (std::size_t f = 0; f < kJ1Factors; ++f)
    keys[f] =
        engine::stream_key(seed, engine::StreamKind::factor, "price_" + std::to_string(f + 1));
  return keys;
}

void j1_simulate(const J1Step& step, const J1Keys& keys, std::uint64_t first_path, J1Chunk& chunk) {
  for (std::size_t f = 0; f < kJ1Factors; ++f)
    std::fill_n(chunk.log_price[f], kJ1Chunk, engine::log(kJ1Start[f]));
  std::fill_n(chunk.income, kJ1Chunk, 0.0);
  for (std::uint32_t group = 0; group < kJ1Months / kJ1GroupMonths; ++group) {
    for (std::size_t f = 0; f < kJ1Factors; ++f) {
      auto& normal = chunk.normal[f];
      engine::normal_rows(keys[f], first_path, group, normal[0], normal[1], normal[2], normal[3],
                          kJ1Chunk);
    }
    j1_group(step, chunk);
  }
}

J1Estimate j1_lien(std::uint64_t seed, J1Chunk& chunk) {
  const J1Step step = j1_step();
  const J1Keys keys = j1_keys(seed);
  J1Totals totals;
  for (std::size_t first = 0; first < kJ1Paths; first += kJ1Chunk) {
    j1_simulate(step, keys, first, chunk);
    // The last chunk is run whole and counted in part.
    for (std::size_t p = 0; p < std::min(kJ1Chunk, kJ1Paths - first); ++p)
      totals.add(chunk.income[p], chunk.end_value[p]);
  }
  return j1_estimate(totals);
}

J1Path j1_scalar(const J1Step& step, const J1Keys& keys, std::uint64_t path) {
  std::array<double, kJ1Factors> x{};
  for (std::size_t f = 0; f < kJ1Factors; ++f) x[f] = engine::log(kJ1Start[f]);
  J1Path totals{0.0, 0.0};
  for (std::uint32_t month = 0; month < kJ1Months; ++month) {
    double net = -kJ1Cost;
    totals.end_value = 0.0;
    for (std::size_t i = 0; i < kJ1Factors; ++i) {
      x[i] = step.decay[i] * x[i] + step.shift[i];
      for (std::size_t j = 0; j <= i; ++j)
        x[i] += step.mixing[i][j] * engine::normal_at(keys[j], path, month);
      const double price = engine::exp(x[i]);
      net += kJ1RentWeight[i] * price;
      totals.end_value += kJ1EndWeight[i] * price;
    }
    totals.income += net;
  }
  return totals;
}

}  // namespace lien::benches
