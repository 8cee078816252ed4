#include "benches/jobs/j2_single.hpp"
#include "benches/kernels/kernel_case.hpp"
#include "pricing/valuation/row_sums.hpp"
#include "pricing/valuation/single_rows.hpp"

// Kernels between double and single precision, contracts in floats, and samples on their way to
// sums.
namespace lien::benches {
namespace {

using engine::kBlockPaths;
using Floats = std::shared_ptr<engine::LargeVector<float>>;

constexpr std::size_t kRows = 4;

Floats floats(std::size_t rows, float value) {
  return std::make_shared<engine::LargeVector<float>>(rows * kBlockPaths, value);
}

// Item: one number; bound by loads and stores.
Repeat demote_row() {
  return repeating([in = normals(kRows, 1.0, 0.2), out = floats(kRows, 0)] {
    pricing::demote_row(row(in, 0), out->data(), kRows * kBlockPaths);
  });
}
Repeat demote_less_one() {
  return repeating([in = normals(kRows, 1.0, 0.2), out = floats(kRows, 0)] {
    pricing::demote_less_one(row(in, 0), out->data(), kRows * kBlockPaths);
  });
}
Repeat demote_falls() {
  return repeating([in = normals(kRows, 1.0, 0.2), out = floats(kRows, 0)] {
    pricing::demote_falls(row(in, 0), kRows - 1, out->data());
  });
}
Repeat promote_row() {
  return repeating([in = floats(kRows, 1), out = zeros(kRows)] {
    pricing::promote_row(in->data(), row(out, 0), kRows * kBlockPaths);
  });
}

// Item: one path of one sample: a comparison and a subtraction.
Repeat promote_defaults() {
  return repeating([in = floats(1, 0), survival = normals(4, 0.9, 0.01), out = zeros(1)] {
    pricing::promote_defaults(in->data(), row(survival, 0), row(out, 0), kBlockPaths);
  });
}

// Item: one sum of one month: fifteen additions, 64 bytes loaded.
constexpr std::size_t kMonths = 60;
Repeat fold_single_months() {
  return repeating([in = floats(kMonths + 4, 1), out = zeros(1)] {
    pricing::fold_single_months(in->data(), kBlockPaths, kMonths, row(out, 0));
  });
}

// Item: one path of one month, as shared_step_in_rows.
Repeat single_step_in_rows() {
  return repeating([revenue = std::vector<double>(2, 30.0), own = floats(4, 1),
                    customer = floats(1, 30), added = floats(2, 0)] {
    pricing::single_step_in_rows({{3.0, 1.0, revenue.data(), nullptr, nullptr, 30.0, 40.0, 1, 1},
                                  own->data(),
                                  own->data() + kBlockPaths,
                                  customer->data(),
                                  5.0},
                                 added->data());
  });
}

// Item: one path of one sample: six operations, 24 bytes.
Repeat add_sample_rows() {
  return repeating([in = normals(kRows, 1.0, 0.2), sums = zeros(1), total = zeros(kRows)] {
    pricing::SampleRow rows[kRows];
    for (std::size_t i = 0; i < kRows; ++i)
      rows[i] = {row(in, i), 1.0, row(sums, 0) + 2 * i, 0.5, row(total, i)};
    pricing::add_sample_rows(rows, kRows, kBlockPaths);
  });
}

// Item: one loan-month-path of job J2 in floats: with a floor of its loss, without an account.
template <bool kFloor>
Repeat single_loan() {
  auto inputs = std::make_shared<J2Inputs>(std::size_t{1});
  if (kFloor)
    inputs->contract.loss_floor = 0.05;
  else
    inputs->contract.variant.cash = inputs->contract.variant.floating = false;
  auto work = std::make_shared<J2SingleWork>(*inputs, !kFloor);
  return repeating([inputs, work] {
    J2Totals total;
    work->value(0, total);
  });
}

}  // namespace

#define IN_SINGLE(name) "pricing/valuation/single_rows.cpp:" name
std::vector<KernelCase> single_cases() {
  return {
      {"demote_row", IN_SINGLE("DemoteRow"), kRows * kBlockPaths, demote_row},
      {"demote_less_one", IN_SINGLE("DemoteLessOne"), kRows * kBlockPaths, demote_less_one},
      {"demote_falls", IN_SINGLE("DemoteFalls"), (kRows - 1) * kBlockPaths, demote_falls},
      {"promote_row", IN_SINGLE("PromoteRow"), kRows * kBlockPaths, promote_row},
      {"promote_defaults", IN_SINGLE("PromoteDefaults"), kBlockPaths, promote_defaults},
      {"fold_single_months", IN_SINGLE("FoldSingleMonths"), kMonths, fold_single_months},
      {"single_step_in_rows", IN_SINGLE("SingleStepInRows"), kBlockPaths, single_step_in_rows},
      {"add_sample_rows", "pricing/valuation/row_sums.cpp:AddSampleRows", kRows * kBlockPaths,
       add_sample_rows},
      {"single_loss_floor", "pricing/valuation/single_floored_losses.cpp:FlooredLosses",
       kJ2Months * kBlockPaths, single_loan<true>},
      {"single_value_test", "pricing/valuation/single_value_test.cpp:TestValue",
       kJ2Months * kBlockPaths, single_loan<false>},
  };
}
#undef IN_SINGLE

}  // namespace lien::benches
