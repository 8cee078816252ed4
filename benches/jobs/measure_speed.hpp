#pragma once

#include <stdexcept>

#include "benches/jobs/j2_loan.hpp"

// What `lien bench` says: jobs J1 and J2, a scalar loop of J2's arithmetic, and the core's limit,
// each on all threads at once, in turn, so that a disturbance of the machine falls on all of them.
namespace lien::benches {

// Nanoseconds of processor time that one thread takes for one item while all threads run: by the
// clock they would be longer on a machine that has other work.
struct Timing {
  double median = 0.0;
  double least = 0.0;
};

struct Speed {
  unsigned threads = 0;
  int rounds = 0;
  double loan_months_a_second = 0.0;  // by the clock, all threads, rows in cache; a median
  Timing path_step_factor;            // J1
  Timing loan_month_path;    // J2, every block's rows from memory, as the scalar loop has them
  Timing loan_month_cached;  // J2 on the rows of one block, as a book's contracts find them
  Timing scalar_loop;        // J2 in plain C++, path by path
  Timing multiply_add;       // one double multiplied and added in a full vector: the limit

  // Floating-point operations of an item as multiply-adds, over the time it took: the share of the
  // limit. Integer operations and loads come on top, so 100 % is out of reach.
  [[nodiscard]] double share_of_limit(const Timing& timing, double operations) const {
    return operations * multiply_add.median / timing.median;
  }
};

// The contenders do not give the same numbers, so their times mean nothing.
class Disagreement : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};
// Throws Disagreement where two of the totals differ by more than 1e-9 of themselves, or one is not
// a number.
void require_agreement(const J2Totals& kernel, const J2Totals& scalar);

// Times every contender `rounds` times for round_seconds / 5 each on `threads` threads, 0: one a
// core. Throws Disagreement before it times anything.
[[nodiscard]] Speed measure_speed(unsigned threads, int rounds, double round_seconds);

}  // namespace lien::benches
