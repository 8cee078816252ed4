#pragma once

#include <cstddef>

#include "engine/random/brownian_bridge.hpp"
#include "engine/random/path_numbers.hpp"
#include "engine/random/sobol.hpp"

// Rows of scrambled Sobol points: entry p of a row is one coordinate of path numbers[p], a pure
// function of the points, the dimension and the path number, with any instruction set. Rows are
// [kSobolGroup] doubles, 64-byte aligned. Fast where the numbers are consecutive from a multiple of
// kSobolGroup; right for any.
// Errors: none.
namespace lien::engine {

// (w + 1/2) 2^-32, in (0, 1).
void sobol_uniform_row(const SobolPoints& points, std::size_t dimension, PathNumbers numbers,
                       double* row) noexcept;

// Rows that sobol_normal_rows draws at once, at most.
inline constexpr std::size_t kSobolRows = 4;

// The normals of those uniforms by inversion, |z| <= 6.34: antisymmetric about 1/2 to the bit,
// error <= 1e-11. Row r of `row`, [rows][kSobolGroup], is that of dimension + r stride; rows: 1 to
// kSobolRows. Four at once cost less each than one.
void sobol_normal_rows(const SobolPoints& points, std::size_t dimension, std::size_t stride,
                       std::size_t rows, PathNumbers numbers, double* row) noexcept;
inline void sobol_normal_row(const SobolPoints& points, std::size_t dimension, PathNumbers numbers,
                             double* row) noexcept {
  sobol_normal_rows(points, dimension, 1, 1, numbers, row);
}

// -ln of that uniform: exponentials of mean 1, 1.2e-10 to 22.9, relative error <= 4.3e-12.
void sobol_exponential_row(const SobolPoints& points, std::size_t dimension, PathNumbers numbers,
                           double* row) noexcept;

// rows: [steps + 1][kSobolGroup] of one Brownian motion; draws the row of `node` from its
// neighbours and these normals.
void bridge_row(const BridgeNode& node, const double* normals, double* rows) noexcept;

// Row k of rows becomes row k less row k - 1, k = 1 .. steps: increments of Brownian motion.
void increment_rows(int steps, double* rows) noexcept;

}  // namespace lien::engine
