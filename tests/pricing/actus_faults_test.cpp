// Every folder of tests/schedule_faults holds contracts that have no schedule and, in expected.txt,
// the message that their author must see.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "pricing/book/diagnostic.hpp"
#include "pricing/measures/contract_events.hpp"

namespace lien::pricing {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

TEST(ScheduleFaults, EveryMessageIsAsWritten) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(LIEN_SCHEDULE_FAULTS))
    folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  ASSERT_GE(folders.size(), 5u);
  for (const fs::path& folder : folders) {
    fs::current_path(folder);
    try {
      (void)contract_events("contracts.json");
      ADD_FAILURE() << folder << " was accepted";
    } catch (const InputError& error) {
      EXPECT_EQ(std::string(error.what()) + "\n", content("expected.txt")) << folder;
    }
  }
}

}  // namespace
}  // namespace lien::pricing
