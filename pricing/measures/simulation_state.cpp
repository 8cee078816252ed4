#include "pricing/measures/simulation_state.hpp"

#include <algorithm>
#include <cstring>
#include <span>
#include <type_traits>

#include "pricing/report/file_digest.hpp"

namespace lien::pricing {
namespace {

using engine::IntegerTotals;
using engine::WideInteger;

// Both walk the same fields in the same order: one puts them, the other fills what it is given.
class Writer {
 public:
  explicit Writer(const Checkpoints::Put& put) : put_(&put) {}
  template <class T>
  void value(const T& x) {
    static_assert(std::is_trivially_copyable_v<T>);
    (*put_)({reinterpret_cast<const char*>(&x), sizeof x});
  }
  template <class T>
  void numbers(std::span<const T> x) {
    value(x.size());
    if (!x.empty()) (*put_)({reinterpret_cast<const char*>(x.data()), x.size_bytes()});
  }
  template <class T>
  void numbers(const std::vector<T>& x) {
    numbers(std::span<const T>(x));
  }
  void totals(const IntegerTotals& x) {
    numbers(x.units());
    value(x.first_non_finite());
  }
  // Of bins and tests most are never met: how many zeros, how many others, those others; and so on.
  void counts(const std::vector<std::uint32_t>& x) {
    value(x.size());
    const auto is_zero = [](std::uint32_t count) { return count == 0; };
    for (auto at = x.begin(); at != x.end();) {
      const auto others = std::find_if_not(at, x.end(), is_zero);
      const auto next = std::find_if(others, x.end(), is_zero);
      value(static_cast<std::size_t>(others - at));
      numbers(std::span<const std::uint32_t>(others, next));
      at = next;
    }
  }

 private:
  const Checkpoints::Put* put_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}
  template <class T>
  void value(T& x) {
    take(&x, sizeof x);
  }
  template <class T>
  void numbers(std::vector<T>& x) {
    std::size_t size = 0;
    value(size);
    if (size > bytes_.size() / sizeof(T)) good_ = false;
    if (!good_) return;
    x.resize(size);
    take(x.data(), size * sizeof(T));
  }
  void counts(std::vector<std::uint32_t>& x) {
    std::size_t size = 0;
    value(size);
    x.clear();
    std::vector<std::uint32_t> others;
    while (good_ && x.size() < size) {
      std::size_t zeros = 0;
      value(zeros);
      numbers(others);
      good_ = good_ && zeros + others.size() > 0 && zeros <= size - x.size() &&
              others.size() <= size - x.size() - zeros;
      if (!good_) return;
      x.resize(x.size() + zeros);
      x.insert(x.end(), others.begin(), others.end());
    }
  }
  void totals(IntegerTotals& x) {
    std::vector<WideInteger> units;
    std::size_t non_finite = 0;
    numbers(units);
    value(non_finite);
    good_ = good_ && units.size() == x.size() && non_finite <= x.size();
    if (good_) x.restore(units, non_finite);
  }
  // Whether all was there, and nothing is left.
  [[nodiscard]] bool good() const noexcept { return good_; }
  [[nodiscard]] bool done() const noexcept { return good_ && bytes_.empty(); }

 private:
  void take(void* to, std::size_t size) {
    good_ = good_ && size <= bytes_.size();
    if (!good_ || size == 0) return;
    std::memcpy(to, bytes_.data(), size);
    bytes_.remove_prefix(size);
  }
  std::string_view bytes_;
  bool good_ = true;
};

// What a run has gathered, beside the totals.
template <class Bytes, class Run>
void gathered(Bytes& io, Run& run) {
  io.counts(run.test_counts);
  io.counts(run.fan_counts);
  io.counts(run.under_costs);
  io.numbers(run.replicates.squares);
  io.numbers(run.replicates.tests);
  io.numbers(run.replicates.under_costs);
  io.value(run.seconds);
  io.value(run.clamped_ages);
  io.value(run.factor_seconds);
}

}  // namespace

Replicate::Replicate(const BasisRun& run, const std::vector<double>& scales) : totals(scales) {
  // Sized here: threads add to them.
  const std::size_t months = run.layout.steps + 1;
  counts.tests.assign(static_cast<std::size_t>(run.plan.tests) * months * kTestCounts, 0);
  counts.under_costs.assign(run.plan.hardware.size() * months * kUnderCosts, 0);
}

std::string identity_of(const BasisRun& run, const std::vector<double>& scales, std::uint64_t paths,
                        std::uint64_t each) {
  Sha256 hash;
  const Checkpoints::Put put = [&hash](std::string_view part) { hash.update(part); };
  Writer bytes(put);
  bytes.value(paths);
  bytes.value(each);
  bytes.value(run.plan.real_world);
  bytes.value(run.controls.replicates);
  bytes.value(run.results.block_groups.size());
  bytes.value(run.results.weights.size());
  bytes.numbers(scales);
  // The first block's sums: nothing that a path reads leaves them as they were.
  bytes.numbers(run.references);
  return hash.finish();
}

void write_state(const SimulationState& state, const BasisRun& run, const Checkpoints::Put& put) {
  Writer bytes(put);
  bytes.value(state.first);
  bytes.value(state.task);
  bytes.value(state.tasks_done);
  bytes.value(state.totals.has_value());
  if (state.totals) bytes.totals(*state.totals);
  bytes.numbers(state.controlled);
  bytes.value(state.replicates.size());
  for (const Replicate& replicate : state.replicates) {
    bytes.totals(replicate.totals);
    bytes.counts(replicate.counts.tests);
    bytes.counts(replicate.counts.under_costs);
  }
  gathered(bytes, run);
  for (const auto* const rows : {&run.results.losses, &run.results.weights})
    for (const std::vector<double>& row : *rows) bytes.numbers(row);
  bytes.numbers(run.results.block_groups);
}

bool restore(std::string_view bytes, const std::vector<double>& scales, SimulationState& state,
             BasisRun& run) {
  Reader reader(bytes);
  reader.value(state.first);
  reader.value(state.task);
  reader.value(state.tasks_done);
  bool totals = false;
  reader.value(totals);
  if (totals && reader.good()) reader.totals(state.totals.emplace(scales));
  reader.numbers(state.controlled);
  std::size_t replicates = 0;
  reader.value(replicates);
  for (std::size_t r = 0; r < replicates && reader.good(); ++r) {
    Replicate& replicate = state.replicates.emplace_back(run, scales);
    reader.totals(replicate.totals);
    reader.counts(replicate.counts.tests);
    reader.counts(replicate.counts.under_costs);
  }
  gathered(reader, run);
  for (auto* const rows : {&run.results.losses, &run.results.weights})
    for (std::vector<double>& row : *rows) reader.numbers(row);
  reader.numbers(run.results.block_groups);
  return reader.done();
}

}  // namespace lien::pricing
