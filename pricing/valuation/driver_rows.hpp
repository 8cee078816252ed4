#pragma once

#include <cstddef>

// Row kernels of the drivers that only some hardware has: segments, power, attrition. Rows are
// [paths] doubles, 64-byte aligned; paths is a multiple of 8. The same bits on each instruction
// set.
namespace lien::pricing {

// out = constant + loading x row.
void affine_row(double constant, double loading, const double* row, double* out,
                std::size_t paths) noexcept;
// row *= factors, [count] numbers each.
void multiply_row(const double* factors, double* row, std::size_t count) noexcept;

// Expected cost of one node's month given today's power, over the cost without it:
//   factor = fixed + mean exp(decay power), offset += ln factor.
void power_node(double fixed, double mean, double decay, const double* power, double* factor,
                double* offset, std::size_t paths) noexcept;

}  // namespace lien::pricing
