#pragma once

namespace lien::benches {

// Registers one benchmark a kernel, kernel/NAME. After the instruction set is chosen.
void register_kernels();

}  // namespace lien::benches
