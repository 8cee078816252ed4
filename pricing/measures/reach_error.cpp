#include "pricing/measures/reach_error.hpp"

#include "pricing/measures/basis_run.hpp"
#include "pricing/plan/sampling.hpp"
#include "pricing/report/checkpoints.hpp"
#include "pricing/valuation/fit_exercise.hpp"

namespace lien::pricing {

std::uint64_t next_paths(std::uint64_t paths, double ratio, bool sobol) {
  // What one doubling leaves of an error.
  const double left = sobol ? 0.59460355750136053 : 0.70710678118654752;
  do {
    paths *= 2;
    ratio *= left;
  } while (ratio > 1 && paths < kMostRunPaths);
  return paths;
}

std::vector<ErrorRound> reach_error(const Inputs& inputs,
                                    const std::function<void(std::uint64_t paths)>& starts,
                                    Checkpoints* checkpoints) {
  RunSettings settings = inputs.settings;
  Plan plan = compile_scenario(inputs, "baseline", {inputs.market, inputs.book, {}},
                               MeasureBasis::risk_neutral);
  double balance = 0;
  for (const ContractPlan& contract : plan.contracts)
    balance += contract.held * contract.outstanding;
  if (!(balance > 0))
    throw InputError({{{settings.file, 0, 0},
                       "simulation / target_error",
                       "",
                       "is a share of the balance, and this book has none",
                       "state paths instead"}});
  if (exercises_early(plan))
    static_cast<void>(fit_exercise(plan, settings.threads, stop_question(checkpoints)));
  std::vector<ErrorRound> rounds;
  for (;;) {
    set_sampling(settings, plan);
    settings.paths = simulated_paths(settings);
    if (starts) starts(settings.paths);
    const BasisRun run = simulate_plan(plan, settings, false, false, {{}, checkpoints});
    const double error =
        run.mean(run.layout.group(run.layout.portfolio(), kPresentValue)).standard_error / balance;
    rounds.push_back({settings.paths, error});
    if (error <= *settings.target_error) return rounds;
    const std::uint64_t next =
        next_paths(settings.paths, error / *settings.target_error, settings.sobol);
    if (next > kMostRunPaths) return rounds;
    settings.paths = next;
  }
}

}  // namespace lien::pricing
