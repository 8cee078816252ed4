#include <cstdint>

#include "benches/kernels/kernel_case.hpp"
#include "pricing/plan/plan.hpp"
#include "pricing/valuation/driver_rows.hpp"
#include "pricing/valuation/market_rows.hpp"
#include "pricing/valuation/month_flows.hpp"
#include "pricing/valuation/month_sums.hpp"
#include "pricing/valuation/row_sums.hpp"
#include "pricing/valuation/under_cost.hpp"

namespace lien::benches {
namespace {

using engine::kBlockPaths;

// Items are one path of one row, bound by loads and stores unless said.

// One exponential: bound by arithmetic.
Repeat exponential_row() {
  return repeating([in = normals(4, 0.0, 0.3), out = zeros(1)] {
    pricing::exponential_row(0.9, -1.0, row(in, 0), row(out, 0), kBlockPaths);
  });
}
// One division: bound by its pipe.
Repeat quotient_row() {
  return repeating([in = normals(4, 5.0, 0.3), out = zeros(1)] {
    pricing::quotient_row(row(in, 0), row(in, 1), row(out, 0), kBlockPaths);
  });
}
Repeat log_rent_row() {
  return repeating([in = normals(4, 0.0, 0.3), out = zeros(1)] {
    pricing::log_rent_row(0.7, 1.0, 1.0, row(in, 0), row(in, 1), row(out, 0), kBlockPaths);
  });
}
Repeat take_launches_off() {
  return repeating([in = normals(4, 0.0, 0.3), out = zeros(1)] {
    pricing::take_launches_off(1e-9, row(in, 0), row(out, 0), kBlockPaths);
  });
}
// One exponential and a division: bound by arithmetic.
Repeat utilization_row() {
  pricing::HardwarePlan hardware;
  hardware.utilization_moves = true;
  hardware.logit_constant = 0.8;
  hardware.logit_loading = 1.5;
  hardware.utilization_min = 0.35;
  hardware.utilization_max = 0.97;
  return repeating([hardware, in = normals(4, 0.0, 0.3), out = zeros(1)] {
    pricing::utilization_row(hardware, row(in, 0), row(in, 1), row(out, 0), kBlockPaths);
  });
}
// One exponential: bound by arithmetic.
Repeat spot_row() {
  return repeating([in = normals(4, 0.8, 0.1), out = zeros(1)] {
    pricing::spot_row(row(in, 0), row(in, 1), row(out, 0), kBlockPaths);
  });
}
// One logarithm: bound by arithmetic.
Repeat log_row() {
  return repeating([in = normals(4, 5.0, 0.3), out = zeros(1)] {
    pricing::log_row(row(in, 0), row(out, 0), kBlockPaths);
  });
}

// Item: one party, path and month. Two exponentials of 20 operations and 6 more: 46, with 32 bytes
// loaded and 24 stored: bound by arithmetic. Hazard of 1e-9 a year, so that a long bench does not
// run into the clock.
Repeat party_month() {
  return repeating([scarcity = normals(4, 0.0, 0.3), clock = normals(4, 5.0, 0.5), out = zeros(2),
                    defaults = normals(4, pricing::kNever, 0.0)] {
    pricing::party_month(-20.0, 1.2, 1.0 / 12.0, 5.0, row(scarcity, 0), row(clock, 0), row(out, 0),
                         row(out, 1), row(defaults, 0), kBlockPaths);
  });
}
// Item: one path; one subtraction, one product, two comparisons.
Repeat bin_row() {
  return repeating(
      [in = normals(4, 30.0, 9.0), out = std::vector<std::int32_t>(kBlockPaths)]() mutable {
        pricing::bin_row(row(in, 0), 10.0, 2.5, 99, out.data(), kBlockPaths);
      });
}
Repeat sampled_survival_row() {
  return repeating([in = normals(4, 30.0, 9.0), out = zeros(1)] {
    pricing::sampled_survival_row(30.0, row(in, 0), row(out, 0), kBlockPaths);
  });
}
Repeat count_living_row() {
  return repeating([u = uniforms(), survival = normals(4, 0.6, 0.1), out = zeros(1)] {
    pricing::count_living_row(row(u, 0), row(survival, 0), row(out, 0), kBlockPaths);
  });
}

Repeat affine_row() {
  return repeating([in = normals(4, 0.0, 0.3), out = zeros(1)] {
    pricing::affine_row(0.7, 0.2, row(in, 0), row(out, 0), kBlockPaths);
  });
}
Repeat multiply_row() {
  return repeating([ones = normals(4, 1.0, 0.0), out = normals(4, 1.0, 0.1)] {
    pricing::multiply_row(row(ones, 0), row(out, 0), kBlockPaths);
  });
}
// One exponential and one logarithm: bound by arithmetic.
Repeat power_node() {
  return repeating([in = normals(4, 0.0, 0.3), out = zeros(2)] {
    pricing::power_node(0.4, 0.6, 0.9, row(in, 0), row(out, 0), row(out, 1), kBlockPaths);
  });
}
Repeat count_under_cost() {
  return repeating([in = normals(4, 1.0, 0.3), ever = zeros(1)] {
    std::uint32_t counts[pricing::kUnderCosts] = {};
    pricing::count_under_cost(row(in, 0), 0.9, nullptr, row(ever, 0), kBlockPaths, counts);
  });
}

// Item: one number of one block. A subtraction, an addition and a multiply-add, 8 bytes loaded. The
// eight lanes stand in registers; the tree at the end is a fifth of it.
Repeat row_sums() {
  return repeating([in = normals(4, 1.0, 0.2), kept = zeros(1)] {
    row(kept, 0)[0] = pricing::row_sums(row(in, 0), 1.0, kBlockPaths).square;
  });
}
Repeat row_product() {
  return repeating([in = normals(4, 1.0, 0.2), kept = zeros(1)] {
    row(kept, 0)[0] = pricing::row_product(row(in, 0), 1.0, row(in, 1), 1.0, kBlockPaths);
  });
}

// Item: one sum of one month: seven additions in three of four lanes each, 64 bytes loaded.
constexpr std::size_t kFoldedMonths = 60;
Repeat fold_months() {
  return repeating([in = normals(kFoldedMonths, 1.0, 0.2), out = zeros(1)] {
    pricing::fold_months(row(in, 0), 40, kFoldedMonths, row(out, 0));
  });
}
// Item: one month of four flows: ten multiplications and additions, 104 bytes loaded.
Repeat add_loan_flows() {
  return repeating([in = normals(8, 1.0, 0.2), out = zeros(4)] {
    pricing::add_loan_flows(
        {0.5, row(in, 0), row(in, 1), row(in, 2), row(in, 3), row(in, 4), row(in, 5), row(in, 6)},
        kFoldedMonths, {row(out, 0), row(out, 1), row(out, 2), row(out, 3)});
  });
}
// Item: one month.
Repeat add_both() {
  return repeating([in = normals(4, 1.0, 0.2), out = zeros(1)] {
    pricing::add_both(0.5, row(in, 0), row(in, 1), kFoldedMonths, row(out, 0));
  });
}
// Item: one path.
Repeat living_words() {
  return repeating([in = normals(4, 60.0, 0.2), out = std::vector<std::uint64_t>(61)]() mutable {
    pricing::living_words(row(in, 0), 40, out.data());
  });
}
// Item: one month. Three counts of bits, two additions in doubles.
Repeat count_test_months() {
  using Words = std::vector<std::uint64_t>;
  return repeating([breach = Words(61, 0x0123456789abcdefU), living = Words(61, ~std::uint64_t{0}),
                    failed = Words(61), tested = Words(1, ~std::uint64_t{1}),
                    total = std::vector<std::uint32_t>(61 * 3), in = std::vector<double>(61),
                    first = std::vector<double>(61)]() mutable {
    pricing::count_test_months(
        {breach.data(), living.data(), failed.data(), tested.data(), kFoldedMonths},
        {total.data(), in.data(), first.data()});
  });
}

}  // namespace

std::vector<KernelCase> market_cases() {
#define IN_MARKET(name) "pricing/valuation/market_rows.cpp:" name
#define IN_DRIVERS(name) "pricing/valuation/driver_rows.cpp:" name
#define IN_SUMS(name) "pricing/valuation/row_sums.cpp:" name
#define IN_FLOWS(name) "pricing/valuation/month_flows.cpp:" name
#define IN_MONTHS(name) "pricing/valuation/month_sums.cpp:" name
  return {
      {"exponential_row", IN_MARKET("ExponentialRow"), kBlockPaths, exponential_row},
      {"quotient_row", IN_MARKET("QuotientRow"), kBlockPaths, quotient_row},
      {"log_rent_row", IN_MARKET("LogRentRow"), kBlockPaths, log_rent_row},
      {"take_launches_off", IN_MARKET("TakeLaunchesOff"), kBlockPaths, take_launches_off},
      {"utilization_row", IN_MARKET("UtilizationRow"), kBlockPaths, utilization_row},
      {"spot_row", IN_MARKET("SpotRow"), kBlockPaths, spot_row},
      {"log_row", IN_MARKET("LogRow"), kBlockPaths, log_row},
      {"party_month", IN_MARKET("PartyMonth"), kBlockPaths, party_month},
      {"bin_row", IN_MARKET("BinRow"), kBlockPaths, bin_row},
      {"sampled_survival_row", IN_MARKET("SampledSurvivalRow"), kBlockPaths, sampled_survival_row},
      {"count_living_row", IN_MARKET("CountLivingRow"), kBlockPaths, count_living_row},
      {"affine_row", IN_DRIVERS("AffineRow"), kBlockPaths, affine_row},
      {"multiply_row", IN_DRIVERS("MultiplyRow"), kBlockPaths, multiply_row},
      {"power_node", IN_DRIVERS("PowerNode"), kBlockPaths, power_node},
      {"count_under_cost", "pricing/valuation/under_cost.cpp:CountUnderCost", kBlockPaths,
       count_under_cost},
      {"row_sums", IN_SUMS("RowSumsOf"), kBlockPaths, row_sums},
      {"row_product", IN_SUMS("RowProduct"), kBlockPaths, row_product},
      {"fold_months", IN_MONTHS("FoldMonths"), kFoldedMonths, fold_months},
      {"add_loan_flows", IN_FLOWS("AddLoanFlows"), kFoldedMonths, add_loan_flows},
      {"add_both", IN_FLOWS("AddBoth"), kFoldedMonths, add_both},
      {"living_words", IN_MONTHS("LivingWords"), kBlockPaths, living_words},
      {"count_test_months", IN_MONTHS("CountTestMonths"), kFoldedMonths, count_test_months},
  };
#undef IN_MARKET
#undef IN_DRIVERS
#undef IN_SUMS
#undef IN_MONTHS
#undef IN_FLOWS
}

}  // namespace lien::benches
