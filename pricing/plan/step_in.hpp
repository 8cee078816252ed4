#pragma once

#include <map>

#include "pricing/plan/compile.hpp"
#include "pricing/plan/strip.hpp"

namespace lien::pricing {

// What surviving customer contracts add to sales. Only law income says what an hour's own use is
// worth and at which rate a buyer discounts; contracts on other hardware add nothing.
class StepIns {
 public:
  // nodes: of the plan's strips, by step; outlive this.
  StepIns(const CompileInput& input, const std::vector<StripNodes>& nodes, Plan& plan)
      : input_(&input), nodes_(&nodes), plan_(&plan) {}
  // Whose sale it is: contracts are many and share rows of own use where the hours have begun; a
  // vehicle's lot has weights of its own.
  enum class Seller { contract, vehicle };
  // Sets the contract's step-in if the loan has a customer whose contract runs on; its lot, units
  // and variant are set before.
  void add(const Loan& loan, Seller seller, ContractPlan& contract);

 private:
  // What the contracts on one hardware share.
  struct Shared {
    TimeGrid grid;  // to the end of the last unit's life
    StripWeights weights;
    std::vector<double> discount;  // [steps + 1][life] strip_discount of month k, horizon h = 1..
    // [life + 1] takes the growth of cost out of it, which a rate does not have
    std::vector<double> without_growth;
    int life = 0;
  };
  const Shared& shared(std::uint32_t hardware);
  std::uint32_t row(std::uint32_t lot, Seller seller, Date from, Date to);
  std::uint32_t own_use(std::uint32_t hardware, int end);
  void share_own_use(const Shared& s, const Hardware& hardware, StepInPlan& out);

  const CompileInput* input_;
  const std::vector<StripNodes>* nodes_;
  Plan* plan_;
  std::map<std::uint32_t, Shared> shared_;  // by hardware
  std::map<std::tuple<std::uint32_t, Seller, Date, Date>, std::uint32_t> rows_;
  std::map<std::pair<std::uint32_t, int>, std::uint32_t> own_uses_;  // by hardware and end
  std::map<std::uint32_t, std::uint32_t> places_;                    // of a hardware, so far
};

}  // namespace lien::pricing
