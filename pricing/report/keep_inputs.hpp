#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pricing/book/read.hpp"
#include "pricing/report/compared_run.hpp"
#include "pricing/report/run_directory.hpp"

namespace lien::pricing {

// Copies the files that the run read, its run file left out, into the directory's folder inputs,
// so that the run can be valued again after they were edited. digests: as taken before the run.
// Throws OutputError where one is not any more what was read.
void keep_inputs(const Inputs& inputs, const std::vector<FileDigest>& digests,
                 const RunDirectory& directory);

// The inputs of a finished run, read again from those copies: its baseline, on its paths and seed.
// Throws InputError where a copy is missing or changed.
[[nodiscard]] Inputs read_kept_inputs(const ComparedRun& run);

}  // namespace lien::pricing
