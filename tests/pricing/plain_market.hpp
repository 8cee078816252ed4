#pragma once

#include "engine/simulation/path_block.hpp"
#include "pricing/plan/plan.hpp"
#include "tests/pricing/plain_contract.hpp"

namespace lien::pricing {

// What a contract sees of path p of a block whose factor rows are filled, by the C library from the
// formulas of docs/model.md. Hardware with resale law income has no value here. The plan gives only
// what was fitted: hazards a_k and the constant of a moving utilization.
class PlainMarket {
 public:
  PlainMarket(const Market& market, const Plan& plan, const engine::PathBlock& block,
              std::uint64_t first_path);

  // Parties and hardware by id; an empty one never defaults, is worth and earns nothing.
  [[nodiscard]] PlainPath path(std::size_t p, const std::string& party, const std::string& customer,
                               const std::string& guarantor, const std::string& hardware,
                               const std::string& segment = {}) const;
  [[nodiscard]] double rent(std::size_t p, std::size_t hardware, int k) const;
  // Market rent of a segment over rental_rate, and the power price relative to today.
  [[nodiscard]] double segment(std::size_t p, std::size_t hardware, const std::string& name,
                               int k) const;
  [[nodiscard]] double power(std::size_t p, int k) const;
  [[nodiscard]] double value(std::size_t p, std::size_t hardware, int k) const;
  // What this loan sees, its marks included.
  [[nodiscard]] PlainPath path(std::size_t p, const Loan& loan, const TimeGrid& grid) const;
  // One unit as the tests of this loan take it; today is the valuation date.
  [[nodiscard]] double mark(std::size_t p, const Loan& loan, const TimeGrid& grid, int k) const;
  [[nodiscard]] double discount(std::size_t p, int k) const;
  [[nodiscard]] double default_month(std::size_t p, const std::string& party) const;

 private:
  // An Ornstein-Uhlenbeck series from its normals, one at a time.
  [[nodiscard]] double noise(std::size_t p, std::uint32_t index, const OwnNoise& law, int k) const;
  [[nodiscard]] double utilization(std::size_t p, std::size_t hardware, int k) const;
  [[nodiscard]] double hazard(std::size_t p, std::size_t party, int k) const;
  [[nodiscard]] double gross(std::size_t p, int k, int tenor) const;
  [[nodiscard]] double variance(int month) const {
    return variance_[static_cast<std::size_t>(month)];
  }
  [[nodiscard]] std::size_t hardware_at(const std::string& id) const;
  [[nodiscard]] std::size_t party_at(const std::string& id) const;

  const Market& market_;
  const Plan& plan_;
  const engine::PathBlock& block_;
  std::uint64_t first_path_;
  std::vector<double> variance_;  // of the integrated short rate, by month
};

}  // namespace lien::pricing
