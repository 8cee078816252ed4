#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "benches/jobs/j2_lien.hpp"
#include "benches/kernels/bare_contract.hpp"
#include "benches/kernels/kernel_case.hpp"

// What each feature of a loan costs a month and path, on the rows of job J2: the loan without any,
// with one, and with what it takes to have that one. docs/numerics.md has the table.
namespace lien::benches {
namespace {

using engine::AlignedDoubles;
using engine::kBlockPaths;

struct Features {
  bool cash = false, floating = false, value_test = false, prepared = false;
  bool coverage = false, customer = false, step_in = false, power = false, loss_floor = false;
};

// One loan on one block, with what its features read and write.
class FeatureLoan {
 public:
  FeatureLoan(const Features& features, bool prices)
      : work_(inputs_, prices), arguments_(work_.arguments(0)), contract_(inputs_.contract) {
    contract_.variant = {.cash = features.cash,
                         .floating = features.floating,
                         .value_test = features.value_test,
                         .prepared = features.prepared};
    if (features.loss_floor) contract_.loss_floor = 0.05;
    if (!features.value_test) arguments_.bits.value = nullptr;
    if (!features.cash) arguments_.bits.failed = nullptr;
    if (features.coverage) {
      contract_.min_coverage = 1.2;
      arguments_.bits.coverage = coverage_.data();
    }
    for (auto& month : terms_) {
      if (!features.customer) month.lost_hours = 0;
      month.recovery_factor = month.present_factor = 1;
    }
    std::fill_n(rows_.get(), rows_.size(), 1.0);
    if (features.step_in) {
      arguments_.step_in = rows_.get();
      arguments_.step_in_stride = kBlockPaths;
    }
    if (features.power) arguments_.cost = rows_.get();
    arguments_.proceeds = rows_.get();
    arguments_.received = received_.get();
    arguments_.sale_factor = rows_.get();
    arguments_.contract = &contract_;
    arguments_.terms = terms_.data();
  }
  FeatureLoan(const FeatureLoan&) = delete;
  FeatureLoan& operator=(const FeatureLoan&) = delete;

  void value() { pricing::value_contract(arguments_); }
  void value_bare() { bare_contract(arguments_); }
  // Throws std::logic_error where the bare loop is not the same loan.
  void check_bare() {
    const auto of = [this](void (FeatureLoan::*run)()) {
      std::fill_n(arguments_.month_sums, kSums, 0.0);
      (this->*run)();
      std::vector<double> all(arguments_.samples,
                              arguments_.samples + pricing::sample_count(1) * kBlockPaths);
      all.insert(all.end(), arguments_.month_sums, arguments_.month_sums + kSums);
      return all;
    };
    const std::vector<double> ours = of(&FeatureLoan::value), bare = of(&FeatureLoan::value_bare);
    if (std::memcmp(ours.data(), bare.data(), ours.size() * sizeof(double)) != 0)
      throw std::logic_error("bare_contract values another loan than value_contract");
  }

 private:
  static constexpr std::size_t kSums =
      (kJ2Months + kJ2Lag + 1) * pricing::kMonthRows * engine::kLanes;

  J2Inputs inputs_{1};  // of the blocks one is read
  J2Work work_;
  pricing::ContractArguments arguments_;
  pricing::ContractPlan contract_;
  std::vector<pricing::MonthTerms> terms_ = inputs_.terms;
  std::vector<std::uint64_t> coverage_ = std::vector<std::uint64_t>(kJ2Months + 1);
  AlignedDoubles rows_{kJ2RowMonths * kBlockPaths}, received_{kJ2RowMonths * kBlockPaths};
};

template <auto kMake>
Repeat valued() {
  const auto [features, prices] = kMake();
  return repeating([loan = std::make_shared<FeatureLoan>(features, prices)] { loan->value(); });
}

template <bool kPrices>
Repeat bare() {
  auto loan = std::make_shared<FeatureLoan>(Features{}, kPrices);
  loan->check_bare();
  return repeating([loan] { loan->value_bare(); });
}

struct Priced {
  Features features;
  bool prices = true;
};

}  // namespace

std::vector<KernelCase> feature_cases() {
  constexpr std::size_t items = kJ2Months * kBlockPaths;
  constexpr const char* kernel = "pricing/valuation/contract_prices.cpp:ContractPrices";
  constexpr const char* losses = "pricing/valuation/contract_losses.cpp:ContractLosses";
  constexpr const char* floored = "pricing/valuation/floored_losses.cpp:FlooredLosses";
  constexpr const char* test = "pricing/valuation/value_test.cpp:TestValue";
  constexpr const char* without = "benches/kernels/bare_contract.cpp:BareContract";
  return {
      {"loan_bare_prices", without, items, bare<true>},
      {"loan_bare_losses", without, items, bare<false>},
      {"loan_plain_prices", kernel, items, valued<[] {
         return Priced{{}, true};
       }>},
      {"loan_plain_losses", losses, items, valued<[] {
         return Priced{{}, false};
       }>},
      {"loan_floating", kernel, items, valued<[] { return Priced{{.floating = true}}; }>},
      {"loan_value_test", test, items, valued<[] { return Priced{{.value_test = true}}; }>},
      {"loan_drawn_lag", kernel, items, valued<[] { return Priced{{.prepared = true}}; }>},
      {"loan_step_in", kernel, items, valued<[] { return Priced{{.step_in = true}}; }>},
      {"loan_loss_floor", floored, items, valued<[] {
         return Priced{{.loss_floor = true}, false};
       }>},
      {"loan_cash", kernel, items, valued<[] { return Priced{{.cash = true}}; }>},
      {"loan_cash_power", kernel, items,
       valued<[] { return Priced{{.cash = true, .power = true}}; }>},
      {"loan_cash_customer", kernel, items,
       valued<[] { return Priced{{.cash = true, .customer = true}}; }>},
      {"loan_cash_coverage", kernel, items,
       valued<[] { return Priced{{.cash = true, .coverage = true}}; }>},
      {"loan_all", kernel, items, valued<[] {
         return Priced{{.cash = true,
                        .floating = true,
                        .value_test = true,
                        .coverage = true,
                        .customer = true,
                        .step_in = true,
                        .power = true}};
       }>},
  };
}

}  // namespace lien::benches
