#pragma once

#include <cstdint>
#include <vector>

#include "benches/jobs/j2_lien.hpp"
#include "engine/memory/large_array.hpp"

// J2 in single precision: value_contract on the rows of J2Inputs as floats. Timed is what is timed
// in doubles; the three samples become doubles before they are added up.
namespace lien::benches {

class J2SingleWork {
 public:
  // As J2Work. `inputs` must outlive the work.
  J2SingleWork(const J2Inputs& inputs, bool prices);

  // Values the loan on block b and adds its three sums.
  void value(std::size_t b, J2Totals& total);

 private:
  [[nodiscard]] pricing::SingleArguments arguments(std::size_t b);

  const J2Inputs& inputs_;
  J2Work doubles_;  // says where a series lies
  int snapshot_ = kJ2Months;
  std::vector<pricing::SingleTerms> terms_;
  std::vector<engine::LargeVector<float>> blocks_;     // as J2Inputs::blocks
  std::vector<engine::LargeVector<float>> defaulted_;  // what survival falls by in a month
  engine::LargeVector<float> never_, no_step_in_, samples_, month_sums_;
  engine::AlignedDoubles sample_{engine::kBlockPaths};
  std::vector<std::uint64_t> value_bits_ = std::vector<std::uint64_t>(kJ2Months + 1);
  std::vector<std::uint64_t> failed_bits_ = value_bits_;
  bool prices_;
};

}  // namespace lien::benches
