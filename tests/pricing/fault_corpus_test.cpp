// Every folder of tests/faults holds one kind of bad input and, in expected.txt, the message that
// its author must see, places included. tests/faults/sound is what the others were made from.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "pricing/book/read.hpp"
#include "pricing/measures/compile_scenario.hpp"

namespace lien::pricing {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> cases() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(LIEN_FAULTS))
    if (fs::exists(entry.path() / "expected.txt")) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

std::string content(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

// The message about run.toml of a folder, read from inside it so that paths are short. As `lien
// check` does, plans are compiled too: some faults show there only.
InputError faults_of(const fs::path& folder) {
  fs::current_path(folder);
  try {
    compile_all(read_inputs("run.toml", {}));
  } catch (const InputError& error) {
    return error;
  }
  ADD_FAILURE() << folder << " was accepted";
  return InputError({});
}

TEST(FaultCorpus, SoundInputIsAccepted) {
  fs::current_path(fs::path(LIEN_FAULTS) / "sound");
  const Inputs inputs = read_inputs("run.toml", {});
  EXPECT_EQ(inputs.book.loans.size(), 1u);
  EXPECT_EQ(inputs.rows_read, 1u);
  EXPECT_NO_THROW(compile_all(inputs));
  EXPECT_EQ(inputs.files, (std::vector<std::string>{"run.toml", "market.toml", "loans.csv"}));
}

TEST(FaultCorpus, EveryMessageIsAsWritten) {
  ASSERT_GE(cases().size(), 25u);
  for (const fs::path& folder : cases())
    EXPECT_EQ(std::string(faults_of(folder).what()) + "\n", content(folder / "expected.txt"))
        << folder;
}

// Exit code 78 is for a run whose only faults stand in run.toml; a missing file is 65.
TEST(FaultCorpus, OnlyFaultsOfTheRunFileAreOfTheConfiguration) {
  const fs::path root(LIEN_FAULTS);
  const InputError of_run = faults_of(root / "configuration");
  for (const Diagnostic& fault : of_run.faults())
    EXPECT_TRUE(fault.configuration) << to_string(fault);
  for (const char* folder : {"missing_file", "missing_market", "negative_units", "scenarios"}) {
    const InputError of_inputs = faults_of(root / folder);
    for (const Diagnostic& fault : of_inputs.faults())
      EXPECT_FALSE(fault.configuration) << to_string(fault);
  }
}

}  // namespace
}  // namespace lien::pricing
