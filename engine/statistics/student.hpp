#pragma once

namespace lien::engine {

// The t with P(|T| <= t) = P(|Z| <= k), Z normal and T of Student's law with this many degrees of
// freedom, 1 .. 4096; k in (0, 6]: what k standard errors become where the error itself is
// estimated from few samples. Relative error 1e-12 from 3 degrees of freedom on, and nothing of it
// from libm.
[[nodiscard]] double student_multiple(double k, double degrees);

}  // namespace lien::engine
