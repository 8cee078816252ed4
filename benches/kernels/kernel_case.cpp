#include "benches/kernels/kernel_case.hpp"

#include "engine/kernels/random_rows.hpp"
#include "engine/random/stream_key.hpp"

namespace lien::benches {
namespace {

engine::PhiloxKey key() { return engine::stream_key(1, engine::StreamKind::factor, "bench"); }

}  // namespace

std::vector<KernelCase> all_cases() {
  std::vector<KernelCase> all = engine_cases();
  for (const auto& room :
       {market_cases(), resale_cases(), contract_cases(), feature_cases(), single_cases()})
    all.insert(all.end(), room.begin(), room.end());
  return all;
}

Rows zeros(std::size_t rows) {
  return std::make_shared<engine::AlignedDoubles>(rows * engine::kBlockPaths);
}

Rows normals(std::size_t rows, double mean, double stdev) {
  const Rows all = zeros(rows);
  for (std::size_t r = 0; r < rows; r += 4)
    engine::normal_rows(key(), 0, static_cast<std::uint32_t>(r), row(all, r), row(all, r + 1),
                        row(all, r + 2), row(all, r + 3), engine::kBlockPaths);
  for (std::size_t i = 0; i < all->size(); ++i) all->get()[i] = mean + stdev * all->get()[i];
  return all;
}

Rows uniforms() {
  const Rows uniform = zeros(1), normal = zeros(1);
  engine::uniform_and_normal_row(key(), 0, 0, row(uniform, 0), row(normal, 0), engine::kBlockPaths);
  return uniform;
}

}  // namespace lien::benches
