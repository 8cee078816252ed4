#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "benches/jobs/j1_lien.hpp"
#include "benches/jobs/j2_lien.hpp"
#include "benches/jobs/limit_kernel.hpp"
#include "benches/jobs/measure_speed.hpp"
#include "engine/kernels/instruction_set.hpp"

// A time says nothing if what was timed computes something else. Times are not judged here.
namespace lien::benches {
namespace {

// Every instruction set that this CPU has; the last one stays chosen.
template <class Check>
void on_every_instruction_set(const Check& check) {
  for (const char* name : {"avx2", "avx512"})
    if (engine::force_instruction_set(name)) check();
  engine::choose_instruction_set();
  check();
}

TEST(Jobs, J1KernelSimulatesThePathsOfItsScalarLoop) {
  const J1Step step = j1_step();
  const J1Keys keys = j1_keys(7);
  constexpr std::uint64_t kFirst = 4'294'967'232;  // its paths cross 32 bits
  on_every_instruction_set([&] {
    const auto chunk = std::make_unique<J1Chunk>();
    j1_simulate(step, keys, kFirst, *chunk);
    for (std::size_t p = 0; p < kJ1Chunk; ++p) {
      const J1Path path = j1_scalar(step, keys, kFirst + p);
      EXPECT_NEAR(chunk->income[p], path.income, 1e-10 * 60) << p;
      EXPECT_NEAR(chunk->end_value[p], path.end_value, 1e-10 * path.end_value) << p;
    }
  });
}

TEST(Jobs, J1MeanIsThatOfTheClosedForm) {
  const auto chunk = std::make_unique<J1Chunk>();
  const J1Estimate estimate = j1_lien(20'260'934, *chunk);
  EXPECT_NEAR(estimate.income_mean, j1_expected_income(), 4.0 * estimate.income_standard_error);
}

TEST(Jobs, J2KernelValuesTheLoanOfItsScalarLoop) {
  const J2Inputs inputs;
  const J2Totals scalar = j2_scalar(j2_reference_loan(), inputs.rows);
  on_every_instruction_set([&] {
    J2Work work(inputs, true);
    J2Totals kernel;
    for (std::size_t b = 0; b < kJ2Blocks; ++b) work.value(b, kernel);
    EXPECT_NO_THROW(require_agreement(kernel, scalar));
  });
}

TEST(Jobs, ContendersThatDisagreeAreRefused) {
  const J2Totals good{2.7e7, 1.5e6, 0.35, 0.0};
  EXPECT_NO_THROW(require_agreement({2.7e7 * (1 + 5e-10), 1.5e6, 0.35, 9.0}, good));
  const double off = 1 - 2e-9, nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(require_agreement({2.7e7 * off, 1.5e6, 0.35, 0.0}, good), Disagreement);
  EXPECT_THROW(require_agreement({2.7e7, 1.5e6 * off, 0.35, 0.0}, good), Disagreement);
  EXPECT_THROW(require_agreement({2.7e7, 1.5e6, 0.35 * off, 0.0}, good), Disagreement);
  EXPECT_THROW(require_agreement({nan, 1.5e6, 0.35, 0.0}, good), Disagreement);
}

// x -> x / 2 + 1 from 0 .. 11: the sum of the twelve is 24 + 42 / 2^r, exactly.
TEST(Jobs, LimitKernelCarriesOutItsMultiplyAdds) {
  on_every_instruction_set([] {
    EXPECT_EQ(multiply_adds(0), 66.0);
    EXPECT_EQ(multiply_adds(5), 24.0 + 42.0 / 32.0);
    EXPECT_TRUE(vector_doubles() == 2 || vector_doubles() == 4 || vector_doubles() == 8);
  });
}

TEST(Jobs, SpeedIsPositiveAndItsLeastIsNoMoreThanItsMedian) {
  for (const unsigned threads : {1U, 2U}) {
    const Speed speed = measure_speed(threads, 3, 0.01);
    EXPECT_EQ(speed.threads, threads);
    for (const Timing& timing : {speed.path_step_factor, speed.loan_month_path,
                                 speed.loan_month_cached, speed.scalar_loop, speed.multiply_add}) {
      EXPECT_TRUE(std::isfinite(timing.median));
      EXPECT_GT(timing.least, 0.0);
      EXPECT_LE(timing.least, timing.median);
    }
    EXPECT_TRUE(std::isfinite(speed.loan_months_a_second));
    EXPECT_GT(speed.loan_months_a_second, 0.0);
  }
}

TEST(Jobs, ShareOfTheLimitIsTheTimeOfTheOperationsOverTheTimeTaken) {
  Speed speed;
  speed.multiply_add.median = 0.02;
  EXPECT_DOUBLE_EQ(speed.share_of_limit({2.0, 1.9}, 50.0), 0.5);
}

}  // namespace
}  // namespace lien::benches
