#include "pricing/credit/clearing.hpp"

#include <algorithm>

namespace lien::pricing {
namespace {

constexpr double kSlack = 1e-12;  // rounding must not make a default of an exact payment

double paid_to(const ClearingTerms& terms, const double* payment, std::size_t party) {
  double sum = 0;
  for (std::size_t j = 0; j < terms.parties; ++j)
    sum += terms.share[j * terms.parties + party] * payment[j];
  return sum;
}

double own_assets(const ClearingTerms& terms, double cash, Standing standing) {
  return standing == Standing::defaulted ? terms.asset_recovery * cash : cash;
}

double estate(const ClearingTerms& terms, const double* cash, const double* payment,
              std::size_t party, Standing standing) {
  const double received = paid_to(terms, payment, party);
  return own_assets(terms, cash[party], standing) +
         (standing == Standing::alive ? received : terms.claim_recovery * received);
}

// Payments of those marked short, given that the others pay in full: (I - claim_recovery share^T) x
// = the rest of their estates. No column has more off the diagonal than on it and a closed circle
// never goes short as a whole, so elimination needs no pivots.
void pay_out(const ClearingTerms& terms, const double* cash, const Standing* standing,
             const double* is_short, double* payment, double* rows) {
  const std::size_t n = terms.parties, width = n + 1;
  for (std::size_t i = 0; i < n; ++i) {
    double* const row = rows + i * width;
    const bool out = is_short[i] > 0;
    double known = out ? own_assets(terms, cash[i], standing[i]) : terms.owed[i];
    for (std::size_t j = 0; j < n; ++j) {
      const double received = out ? terms.claim_recovery * terms.share[j * n + i] : 0.0;
      row[j] = (i == j ? 1.0 : 0.0) - (is_short[j] > 0 ? received : 0.0);
      if (!(is_short[j] > 0)) known += received * terms.owed[j];
    }
    row[n] = known;
  }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t r = i + 1; r < n; ++r) {
      const double factor = rows[r * width + i] / rows[i * width + i];
      if (factor == 0) continue;
      for (std::size_t c = i; c <= n; ++c) rows[r * width + c] -= factor * rows[i * width + c];
    }
  for (std::size_t i = n; i-- > 0;) {
    double x = rows[i * width + n];
    for (std::size_t j = i + 1; j < n; ++j) x -= rows[i * width + j] * payment[j];
    payment[i] = x / rows[i * width + i];
  }
}

}  // namespace

int clear_claims(const ClearingTerms& terms, const double* cash, Standing* standing,
                 double* payment, double* left, double* work) noexcept {
  const std::size_t n = terms.parties;
  double *const is_short = work, *const rows = work + n;
  std::fill_n(is_short, n, 0.0);
  std::copy_n(terms.owed, n, payment);
  for (int round = 1;; ++round) {
    bool more = false;
    for (std::size_t i = 0; i < n; ++i) {
      if (is_short[i] > 0) continue;
      left[i] = estate(terms, cash, payment, i, standing[i]) - terms.owed[i];
      if (left[i] < -kSlack * terms.owed[i]) {
        // Marked after the round: who is short does not depend on the order of the parties.
        left[i] = -1;
        more = true;
      } else {
        left[i] = std::max(left[i], 0.0);
      }
    }
    if (!more) return round;
    for (std::size_t i = 0; i < n; ++i)
      if (left[i] < 0) {
        is_short[i] = 1;
        if (standing[i] == Standing::alive) standing[i] = Standing::defaulted;
        left[i] = 0;
      }
    pay_out(terms, cash, standing, is_short, payment, rows);
  }
}

}  // namespace lien::pricing
