#include "pricing/credit/clearing.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace lien::pricing {
namespace {

// Claims between n parties and what clears them.
struct Claims {
  std::size_t n;
  std::vector<double> amount;  // [n][n], row owes column
  std::vector<double> cash;
  double asset_recovery = 1, claim_recovery = 1;
  std::vector<Standing> standing;

  explicit Claims(std::size_t parties)
      : n(parties), amount(n * n), cash(n), standing(n, Standing::alive) {}
  [[nodiscard]] std::vector<double> owed() const {
    std::vector<double> sum(n);
    for (std::size_t i = 0; i < n * n; ++i) sum[i / n] += amount[i];
    return sum;
  }
};

struct Cleared {
  std::vector<double> payment, left;
  std::vector<Standing> standing;
  int rounds;
};

Cleared clear(const Claims& claims) {
  const std::size_t n = claims.n;
  const std::vector<double> owed = claims.owed();
  std::vector<double> share(n * n), work(clearing_work(n));
  for (std::size_t i = 0; i < n * n; ++i)
    share[i] = owed[i / n] > 0 ? claims.amount[i] / owed[i / n] : 0;
  Cleared out{std::vector<double>(n), std::vector<double>(n), claims.standing, 0};
  out.rounds = clear_claims(
      {n, owed.data(), share.data(), claims.asset_recovery, claims.claim_recovery},
      claims.cash.data(), out.standing.data(), out.payment.data(), out.left.data(), work.data());
  return out;
}

// Eisenberg and Noe's map iterated from full payment: the greatest fixed point as its definition
// has it, by the crudest means.
std::vector<double> by_iteration(const Claims& claims) {
  const std::size_t n = claims.n;
  const std::vector<double> owed = claims.owed();
  std::vector<double> p = owed;
  for (int iteration = 0; iteration < 20000; ++iteration) {
    std::vector<double> next(n);
    for (std::size_t i = 0; i < n; ++i) {
      double received = 0;
      for (std::size_t j = 0; j < n; ++j)
        if (owed[j] > 0) received += claims.amount[j * n + i] / owed[j] * p[j];
      const bool pays =
          claims.standing[i] == Standing::alive && claims.cash[i] + received >= owed[i] - 1e-12;
      const double asset = claims.standing[i] == Standing::cleared ? 1 : claims.asset_recovery;
      next[i] = pays ? owed[i]
                     : std::min(owed[i], asset * claims.cash[i] + claims.claim_recovery * received);
    }
    p = next;
  }
  return p;
}

Claims random_claims(std::mt19937_64& draw, std::size_t n) {
  Claims claims(n);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (std::size_t i = 0; i < n; ++i) {
    claims.cash[i] = 30 * uniform(draw);
    for (std::size_t j = 0; j < n; ++j)
      if (i != j && uniform(draw) < 0.5) claims.amount[i * n + j] = 100 * uniform(draw);
  }
  return claims;
}

Claims case_o28() {
  Claims claims(4);  // lab, neocloud, vendor, lenders
  claims.amount[0 * 4 + 1] = 100;
  claims.amount[1 * 4 + 2] = 60;
  claims.amount[1 * 4 + 3] = 50;
  claims.amount[2 * 4 + 0] = 40;
  claims.cash = {45, 5, 20, 0};
  return claims;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& expected,
                 double tolerance) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], tolerance) << i;
}

TEST(ClearClaims, ReproducesCaseO28) {
  const Cleared out = clear(case_o28());
  expect_near(out.payment, {85, 90, 40, 0}, 1e-12);
  expect_near(out.left, {0, 0, 29.090909090909092, 40.909090909090907}, 1e-12);
  EXPECT_EQ(out.rounds, 2);
  EXPECT_EQ(out.standing, (std::vector<Standing>{Standing::defaulted, Standing::defaulted,
                                                 Standing::alive, Standing::alive}));
  Claims costly = case_o28();
  costly.asset_recovery = costly.claim_recovery = 0.7;
  expect_near(clear(costly).payment, {59.5, 45.15, 40, 0}, 1e-12);
}

// Two banks that owe each other and have nothing: every equal payment clears, full payment most.
TEST(ClearClaims, FindsTheGreatestOfManyFixedPoints) {
  Claims claims(2);
  claims.amount = {0, 100, 100, 0};
  expect_near(clear(claims).payment, {100, 100}, 0);
  claims.amount = {0, 100, 90, 0};
  expect_near(clear(claims).payment, {90, 90}, 1e-12);
}

TEST(ClearClaims, AgreesWithIterationOnRandomNetworks) {
  std::mt19937_64 draw(5);
  std::uniform_real_distribution<double> uniform(0.3, 1);
  std::size_t failures = 0;
  for (int trial = 0; trial < 60; ++trial) {
    Claims claims = random_claims(draw, 2 + static_cast<std::size_t>(trial % 6));
    if (trial % 2 == 1) {
      claims.asset_recovery = uniform(draw);
      claims.claim_recovery = uniform(draw);
    }
    if (trial % 3 == 0) claims.standing[0] = Standing::defaulted;
    if (trial % 3 == 1) claims.standing[1] = Standing::cleared;
    const Cleared out = clear(claims);
    expect_near(out.payment, by_iteration(claims), 1e-8);
    failures += static_cast<std::size_t>(
        std::count(out.standing.begin(), out.standing.end(), Standing::defaulted));
    EXPECT_LE(out.rounds, static_cast<int>(claims.n) + 1);
  }
  EXPECT_GT(failures, 60U);
}

TEST(ClearClaims, PaysAtMostWhatIsOwedAndNeverLessForMoreCash) {
  std::mt19937_64 draw(11);
  for (int trial = 0; trial < 40; ++trial) {
    Claims claims = random_claims(draw, 5);
    claims.asset_recovery = 0.8;
    claims.claim_recovery = 0.9;
    const std::vector<double> owed = claims.owed();
    std::vector<double> before(5);
    for (const double more : {0.0, 5.0, 20.0, 80.0, 1000.0}) {
      Claims richer = claims;
      for (double& cash : richer.cash) cash += more;
      const Cleared out = clear(richer);
      for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_GE(out.payment[i], before[i] - 1e-9);
        EXPECT_LE(out.payment[i], owed[i]);
        EXPECT_GE(out.left[i], 0);
      }
      before = out.payment;
    }
    expect_near(before, owed, 0);  // with cash without end all is paid
  }
}

// Without costs nothing is lost: what is left of all assets is all cash.
TEST(ClearClaims, ConservesMoneyWithoutCosts) {
  std::mt19937_64 draw(3);
  for (int trial = 0; trial < 20; ++trial) {
    const Claims claims = random_claims(draw, 6);
    double cash = 0, left = 0;
    for (const double c : claims.cash) cash += c;
    for (const double l : clear(claims).left) left += l;
    EXPECT_NEAR(left, cash, 1e-9);
  }
}

// A party in default keeps what its claims leave; its own assets lose their part once.
TEST(ClearClaims, WritesAssetsDownOnce) {
  Claims claims(2);
  claims.amount = {0, 10, 0, 0};
  claims.cash = {100, 0};
  claims.asset_recovery = 0.5;
  expect_near(clear(claims).left, {90, 10}, 0);
  claims.standing[0] = Standing::defaulted;
  expect_near(clear(claims).left, {40, 10}, 0);
  claims.standing[0] = Standing::cleared;
  expect_near(clear(claims).left, {90, 10}, 0);
}

// 0.8 - 0.3 - 0.4 and what comes in sum to a last digit under 0.8: no default.
TEST(ClearClaims, TakesAnExactPaymentForPayment) {
  Claims claims(3);
  claims.amount = {0, 0, 0.3, 0, 0, 0.4, 0.8, 0, 0};
  claims.cash = {0, 0.4, 0.8 - 0.3 - 0.4};
  ASSERT_LT(claims.cash[2] + (0.3 + 0.4), 0.8);
  const Cleared out = clear(claims);
  expect_near(out.payment, {0.3, 0.4, 0.8}, 0);
  EXPECT_EQ(out.standing, std::vector<Standing>(3, Standing::alive));
}

}  // namespace
}  // namespace lien::pricing
