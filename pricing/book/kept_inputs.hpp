#pragma once

#include <string>

namespace lien::pricing {

// The folder of a run directory that holds the files the run was made from.
inline constexpr const char* kKeptInputs = "inputs";

// Where in that folder a file stands that a run names by this path, relative to the run file or
// absolute: the same path with `_up` for each `..` and under `_root` where it is absolute, so that
// two files never meet and none leaves the folder.
[[nodiscard]] std::string kept_name(const std::string& path);

}  // namespace lien::pricing
