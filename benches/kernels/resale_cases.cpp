#include <cstdint>
#include <utility>
#include <vector>

#include "benches/kernels/kernel_case.hpp"
#include "pricing/plan/plan.hpp"
#include "pricing/valuation/resale_rows.hpp"

// 16 strip nodes, polynomials of degree 12 in the root of a line's age. Items are one node of one
// path unless said.
namespace lien::benches {
namespace {

using engine::kBlockPaths;

constexpr std::size_t kNodes = 16;
constexpr std::size_t kItems = kNodes * kBlockPaths;
constexpr int kDegree = 12;

std::vector<std::uint32_t> all_nodes() {
  std::vector<std::uint32_t> nodes;
  for (std::uint32_t j = 0; j < kNodes; ++j) nodes.push_back(j);
  return nodes;
}

// Two polynomials of degree 12, 24 multiply-adds, 16 bytes stored; the coefficients come broadcast
// from L1: bound by arithmetic, 3 cycles with four doubles a vector.
Repeat launch_transform_rows() {
  pricing::LaunchTransformPlan plan;
  plan.age_max = 6.0;
  plan.root_age = true;
  plan.degree = kDegree;
  plan.first.assign(kNodes * (kDegree + 1), -0.01);
  plan.second.assign(kNodes * (kDegree + 1), -0.02);
  return repeating([plan, nodes = all_nodes(), age = normals(4, 2.0, 0.2), pending = zeros(1),
                    first = zeros(kNodes), second = zeros(kNodes)] {
    pricing::launch_transform_rows(plan, nodes, 1, row(age, 0), row(pending, 0), row(first, 0),
                                   row(second, 0), kBlockPaths);
  });
}

// A multiply-add, 16 bytes loaded and 8 stored: bound by loads and stores.
Repeat add_strip_offset() {
  return repeating([loading = std::vector<double>(kNodes, 1e-9), nodes = all_nodes(),
                    in = normals(4, 0.0, 0.3), offset = zeros(kNodes)] {
    pricing::add_strip_offset(loading.data(), nodes, row(in, 0), row(offset, 0), kBlockPaths);
  });
}

pricing::TimeValues time_values() {
  std::vector<std::pair<double, double>> variances;
  for (std::size_t j = 0; j < kNodes; ++j)
    variances.emplace_back(0.02 * double(j + 1), 0.02 * double(j + 2));
  return pricing::fit_time_values(variances);
}

pricing::StripPlan strip_plan() {
  pricing::StripPlan strip;
  strip.constant.assign(kNodes, 0.2);
  strip.call_constant = strip.constant;
  strip.call_half.assign(kNodes, 1.1);
  strip.scarcity.assign(kNodes, 0.5);
  for (std::size_t j = 0; j < kNodes; ++j) strip.variance.push_back(0.02 * double(j + 1));
  strip.pipeline.assign(1, std::vector<double>(kNodes, 0.1));
  strip.ramps.resize(1);
  return strip;
}

// A strip and a block's month of what it reads.
struct Strip {
  pricing::StripPlan plan = strip_plan();
  pricing::TimeValues values = time_values();
  std::vector<std::uint32_t> nodes = all_nodes();
  Rows state = normals(4, 0.0, 0.3);
  Rows first = normals(kNodes, -0.2, 0.01), second = normals(kNodes, -0.35, 0.01);
  Rows out = zeros(4 * kNodes);
  const double* pipeline = row(state, 2);
  const double* first_rows = row(first, 0);
  const double* second_rows = row(second, 0);

  [[nodiscard]] pricing::StripInput input() const {
    pricing::StripInput input;
    input.nodes = nodes;
    input.scarcity = row(state, 0);
    input.log_rent = row(state, 1);
    input.log_utilization_over_cost = 0.6;
    input.transforms = 1;
    input.pipeline = &pipeline;
    input.first = &first_rows;
    input.second = &second_rows;
    return input;
  }
  [[nodiscard]] pricing::ShapeRows shape() const {
    return {row(out, 0), row(out, kNodes), row(out, 2 * kNodes), row(out, 3 * kNodes)};
  }
};

// One line of launches. An exponential of 15 operations, a root, a quotient and 8 more: 25, with 16
// bytes loaded and 32 stored: bound by stores. Once for all hardware of a shape.
Repeat strip_shape_rows() {
  return repeating([strip = std::make_shared<Strip>()] {
    pricing::strip_shape_rows(strip->plan, strip->values, strip->input(), strip->shape(),
                              kBlockPaths);
  });
}

// Two polynomials in the moneyness, 25, and 13 more: 38, with 40 bytes moved: bound by arithmetic.
Repeat strip_call_rows() {
  auto strip = std::make_shared<Strip>();
  pricing::strip_shape_rows(strip->plan, strip->values, strip->input(), strip->shape(),
                            kBlockPaths);
  return repeating([strip, calls = zeros(kNodes)] {
    const pricing::CallInput input{strip->nodes, 0, row(strip->state, 1), 0.6, strip->shape()};
    pricing::strip_call_rows(strip->plan, strip->values, input, row(calls, 0), kBlockPaths);
  });
}

// Black's formula: bound by arithmetic.
Repeat strip_rows() {
  return repeating([strip = std::make_shared<Strip>()] {
    pricing::strip_rows(strip->plan, strip->input(), row(strip->out, 0), kBlockPaths);
  });
}

// One exponential: bound by arithmetic.
Repeat forward_rent_rows() {
  return repeating([strip = std::make_shared<Strip>()] {
    pricing::forward_rent_rows(strip->plan, strip->input(), row(strip->out, 0), kBlockPaths);
  });
}

// One multiply-add and 8 bytes loaded: bound by loads.
Repeat combine_strip_row() {
  return repeating([weights = std::vector<double>(kNodes, 0.1), calls = normals(kNodes, 1.0, 0.2),
                    value = zeros(1)] {
    pricing::combine_strip_row(weights.data(), kNodes, row(calls, 0), 0.3, 300.0, row(value, 0),
                               kBlockPaths);
  });
}

// As combine_strip_row.
Repeat step_in_row() {
  return repeating([weights = std::vector<double>(kNodes, 0.1), calls = normals(kNodes, 1.0, 0.2),
                    customer = normals(4, 30.0, 9.0), added = zeros(1)] {
    const pricing::StepInTerms terms{weights.data(), kNodes, row(calls, 0),   0.3, 1.0,
                                     100.0,          30.0,   row(customer, 0)};
    pricing::step_in_row(terms, row(added, 0), kBlockPaths);
  });
}

// Item: one path of one month; two multiply-adds, 16 bytes loaded, 8 stored.
Repeat shared_step_in_rows() {
  return repeating([revenue = std::vector<double>(2, 30.0), own = normals(4, 1.0, 0.2),
                    customer = normals(4, 30.0, 9.0), added = zeros(2)] {
    const pricing::SharedStepIn terms{
        {3.0, 1.0, revenue.data(), nullptr, nullptr, 30.0, 40.0, 1, 1},
        row(own, 0),
        row(own, 1),
        row(customer, 0),
        5.0};
    pricing::shared_step_in_rows(terms, row(added, 0), kBlockPaths);
  });
}

// Item: one path; one exponential: bound by arithmetic.
Repeat multiple_row() {
  return repeating([in = normals(4, 0.0, 0.3), value = zeros(1)] {
    pricing::multiple_row(8000.0, row(in, 0), row(value, 0), kBlockPaths);
  });
}

// Item: one path; bound by loads and stores.
Repeat proceeds_row() {
  return repeating([in = normals(4, 5.0, 0.3), out = zeros(1)] {
    pricing::proceeds_row(900.0, row(in, 0), row(in, 1), row(in, 2), row(out, 0), kBlockPaths);
  });
}

// Item: one path; bound by loads and stores.
Repeat add_scaled_row() {
  return repeating([in = normals(4, 5.0, 0.3), out = zeros(1)] {
    pricing::add_scaled_row(1e-9, row(in, 0), row(out, 0), kBlockPaths);
  });
}

}  // namespace

std::vector<KernelCase> resale_cases() {
#define IN_RESALE(name) "pricing/valuation/resale_rows.cpp:" name
  return {
      {"launch_transform_rows", IN_RESALE("LaunchTransformRows"), kItems, launch_transform_rows},
      {"add_strip_offset", IN_RESALE("AddStripOffset"), kItems, add_strip_offset},
      {"strip_shape_rows", IN_RESALE("StripShapeRows"), kItems, strip_shape_rows},
      {"strip_call_rows", IN_RESALE("StripCallRows"), kItems, strip_call_rows},
      {"strip_rows", IN_RESALE("StripRows"), kItems, strip_rows},
      {"forward_rent_rows", IN_RESALE("ForwardRentRows"), kItems, forward_rent_rows},
      {"combine_strip_row", IN_RESALE("CombineStripRow"), kItems, combine_strip_row},
      {"step_in_row", IN_RESALE("StepInRow"), kItems, step_in_row},
      {"shared_step_in_rows", IN_RESALE("SharedStepInRows"), kBlockPaths, shared_step_in_rows},
      {"multiple_row", IN_RESALE("MultipleRow"), kBlockPaths, multiple_row},
      {"proceeds_row", IN_RESALE("ProceedsRow"), kBlockPaths, proceeds_row},
      {"add_scaled_row", IN_RESALE("AddScaledRow"), kBlockPaths, add_scaled_row},
  };
#undef IN_RESALE
}

}  // namespace lien::benches
