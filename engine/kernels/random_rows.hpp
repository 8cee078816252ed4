#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/random/path_numbers.hpp"
#include "engine/random/philox.hpp"

// Rows of random numbers: entry p of a row belongs to path numbers[p] and is a pure function of
// (key, path, index), so a path draws the same numbers in any block, thread or rank, and with any
// instruction set. Every function here takes
//   key:        one stream, see engine/random/stream_key.hpp
//   numbers:    those of the paths; consecutive ones are given by the first
//   rows:       [paths], any alignment (64 bytes is fastest), not overlapping
//   paths:      a multiple of 8
// Errors: none.
namespace lien::engine {

// Standard normals: row i is step 4 group + i of one factor. Words of counter {path low, path high,
// group, 0}: w0 is the radius and w1 the angle of a Box-Muller pair (cosine, sine) for rows 0 and
// 1, w2 and w3 for rows 2 and 3, each word as u = (w + 1/2) 2^-32. So |z| <= 6.77. Error of the
// transform <= 4e-11 radius, a twentieth of half the spacing of the angles.
// Source: Box and Muller, "A Note on the Generation of Random Normal Deviates", 1958.
void normal_rows(PhiloxKey key, PathNumbers numbers, std::uint32_t group, double* row0,
                 double* row1, double* row2, double* row3, std::size_t paths) noexcept;

// One uniform in (0, 1) and one standard normal a path, independent, for dates and sizes of events.
// Counter {path low, path high, index, 1}: the upper 52 bits m of words 1 and 0 give the uniform
// (m + 1/2) 2^-52, words 2 and 3 the normal (cosine of the pair, as in normal_rows).
void uniform_and_normal_row(PhiloxKey key, PathNumbers numbers, std::uint32_t index,
                            double* uniform, double* normal, std::size_t paths) noexcept;

// Exponentials of mean 1, -ln U with a 52-bit U as above: one clock a path. Counter
// {path low, path high, 0, 2}. Range 1.1e-16 to 36.8.
void exponential_row(PhiloxKey key, PathNumbers numbers, double* row, std::size_t paths) noexcept;

// The same numbers one at a time, bit for bit, to explain or recompute a path.
struct UniformAndNormal {
  double uniform, normal;
};
[[nodiscard]] double normal_at(PhiloxKey key, std::uint64_t path, std::uint32_t step) noexcept;
[[nodiscard]] UniformAndNormal uniform_and_normal_at(PhiloxKey key, std::uint64_t path,
                                                     std::uint32_t index) noexcept;
[[nodiscard]] double exponential_at(PhiloxKey key, std::uint64_t path) noexcept;

}  // namespace lien::engine
