#pragma once

#include "pricing/book/fields.hpp"
#include "pricing/contract/run_settings.hpp"

namespace lien::pricing {

// [reverse_stress] of a run file whose [simulation] and [results] have been read; nothing without
// it.
void read_reverse_stress(const TomlValue& root, RunSettings& settings, const Scope& top);

}  // namespace lien::pricing
