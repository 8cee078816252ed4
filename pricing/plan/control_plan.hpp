#pragma once

#include <cstdint>

namespace lien::pricing {

// One number of a path whose mean is known before any path: a control variate.
struct ControlPlan {
  enum class Of {
    rent,      // R(t_k)^power of a hardware
    discount,  // D(t_k), on the risk-neutral basis
    survival   // of a party to t_k
  };
  Of of = Of::rent;
  std::uint32_t index = 0;  // hardware or party
  int step = 0;
  double power = 1;  // rent: > 0
  double mean = 0;   // exact
};

}  // namespace lien::pricing
