#pragma once

#include <cstddef>
#include <cstdint>

namespace lien::pricing {

// Who owes whom, among `parties`.
struct ClearingTerms {
  std::size_t parties = 0;
  const double* owed = nullptr;   // [parties] to all others, money
  const double* share = nullptr;  // [parties][parties] of what the first owes, to the second
  double asset_recovery = 1;      // of own assets, once a party cannot pay
  double claim_recovery = 1;      // of what it is paid, likewise
};

// Where a party stands before claims are cleared. What is left of the assets of one that was
// cleared in default before is worth all of it: asset_recovery is lost once.
enum class Standing : std::uint8_t { alive, defaulted, cleared };

// Doubles that clear_claims needs besides its results.
[[nodiscard]] constexpr std::size_t clearing_work(std::size_t parties) noexcept {
  return parties * (parties + 2);
}

// The greatest payments that clear: who can pays in full, who cannot pays out asset_recovery x cash
// + claim_recovery x what it is paid, in proportion to what it owes. Found from full payment
// downwards, a linear system for those who cannot pay a round, so at most parties + 1 rounds.
//   cash:      [parties] own assets, money, >= 0
//   standing:  [parties] one in default pays at the recoveries even if that is enough; on return
//              those who cannot pay, by more than 1e-12 of what they owe, are defaulted too
//   payment:   [parties] written; left: [parties] written, what remains of each party's assets
//   work:      [clearing_work(parties)]
// Returns the rounds of looking who cannot pay. Errors: none.
// Sources: Eisenberg and Noe, "Systemic risk in financial systems", Management Science 47 (2001);
//          Rogers and Veraart, "Failure and rescue in an interbank network", Management Science 59
//          (2013).
int clear_claims(const ClearingTerms& terms, const double* cash, Standing* standing,
                 double* payment, double* left, double* work) noexcept;

}  // namespace lien::pricing
