#include <gtest/gtest.h>
#include <sys/resource.h>

#include <array>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "pricing/report/csv_writer.hpp"
#include "pricing/report/manifest.hpp"
#include "pricing/report/run_directory.hpp"
#include "pricing/report/sqlite_writer.hpp"
#include "pricing/report/workbook_writer.hpp"
#include "tests/pricing/report/sample_run.hpp"

namespace lien::pricing {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void put(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

// A folder of the test's own, gone with it.
class ReportTest : public testing::Test {
 protected:
  ReportTest() {
    std::string name = (fs::temp_directory_path() / "lien_report_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~ReportTest() override { fs::remove_all(folder_); }
  [[nodiscard]] std::string in(const std::string& name) const { return (folder_ / name).string(); }
  [[nodiscard]] std::string csv(const Table& table) const {
    OutputFile file(in("table.csv"), "table.csv");
    write_csv(table, file);
    file.close();
    std::string text = contents(in("table.csv"));
    fs::remove(in("table.csv"));
    return text;
  }
  // Writes the sample run to NAME and returns its outputs.
  std::vector<FileDigest> write_sample(const std::string& name, bool overwrite = false) const {
    SampleRun run = sample_run();
    fs::create_directories(in("book"));
    put(in("book/run.toml"), "name = \"neocloud\"\n");
    put(in("book/market.toml"), "currency = \"USD\"\n");
    run.inputs.settings.file = in("book/run.toml");
    run.inputs.files = {in("book/run.toml"), in("book/market.toml")};
    RunDirectory directory(in(name), overwrite);
    auto written = write_run(run.inputs, digest_of_inputs(run.inputs), run.results, run.build,
                             run.circumstances, directory);
    directory.commit();
    return written;
  }
  fs::path folder_;
};

using CsvWriter = ReportTest;
using RunDirectories = ReportTest;
using Manifest = ReportTest;

// A reader of RFC 4180 written from its grammar (section 2, rules 2 and 5-7) and not from ours.
std::vector<std::vector<std::string>> parse_rfc4180(const std::string& text) {
  std::vector<std::vector<std::string>> records(1, std::vector<std::string>(1));
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (quoted && text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"')
      records.back().back() += text[++i];
    else if (text[i] == '"')
      quoted = !quoted;
    else if (!quoted && text[i] == ',')
      records.back().emplace_back();
    else if (!quoted && text[i] == '\n')
      records.emplace_back(1);
    else
      records.back().back() += text[i];
  }
  records.pop_back();  // after the last line end
  return records;
}

Table numbers_table() {
  return {.name = "t",
          .columns = {{"name", ColumnKind::text, {}, {}},
                      {"number", ColumnKind::number, {}, {}},
                      {"count", ColumnKind::integer, {}, {}}}};
}

TEST_F(CsvWriter, ReadsBackAsTheSameDoubles) {
  Table table = numbers_table();
  const std::vector<double> values = {0.1,
                                      1.0 / 3,
                                      1e15,
                                      -2.5e-308,
                                      123456789.123456789,
                                      1e22,
                                      5e-324,
                                      0.3,
                                      1 + 2.2204460492503131e-16};
  for (const double value : values) table.add({"a", value, -7});
  const auto records = parse_rfc4180(csv(table));
  ASSERT_EQ(records.size(), values.size() + 1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(std::strtod(records[i + 1][1].c_str(), nullptr), values[i]);
    EXPECT_LE(records[i + 1][1].size(), 24u);
    EXPECT_EQ(records[i + 1][2], "-7");
  }
  EXPECT_EQ(records[1][1], "0.1");  // the shortest, not 0.10000000000000001
}

TEST_F(CsvWriter, WritesAMissingValueAsAnEmptyField) {
  Table table = numbers_table();
  table.add({std::monostate{}, std::monostate{}, std::monostate{}});
  table.add({"", std::numeric_limits<double>::quiet_NaN(), 0});
  EXPECT_EQ(csv(table), "name,number,count\n,,\n,,0\n");
}

TEST_F(CsvWriter, RefusesAnInfinity) {
  Table table = numbers_table();
  table.add({"a", std::numeric_limits<double>::infinity(), 1});
  EXPECT_THROW(static_cast<void>(csv(table)), NonFiniteResult);
}

// The corpus is OWASP's list of characters that start a formula ("CSV Injection": = + - @ tab CR).
TEST_F(CsvWriter, NeutralisesFormulas) {
  for (const std::string text :
       {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=HYPERLINK(\"http://x\",\"y\")"}) {
    Table table = numbers_table();
    table.add({text, 1.0, 1});
    const auto records = parse_rfc4180(csv(table));
    ASSERT_EQ(records.size(), 2u) << text;
    EXPECT_EQ(records[1][0], "'" + text);
  }
}

TEST_F(CsvWriter, QuotesWhatRfc4180Quotes) {
  for (const std::string text : {"a,b", "a\"b", "a\nb", "a\r\nb", "\"\"", ","}) {
    Table table = numbers_table();
    table.add({text, 1.0, 1});
    const auto records = parse_rfc4180(csv(table));
    ASSERT_EQ(records.size(), 2u) << text;
    EXPECT_EQ(records[1][0], text);
  }
}

TEST_F(CsvWriter, MakesTerminalSequencesVisible) {
  Table table = numbers_table();
  table.add(
      {"\x1b]0;title\x07 \xc2\x9b"
       "2J \xff",
       1.0, 1});
  EXPECT_EQ(parse_rfc4180(csv(table))[1][0], "\\x1b]0;title\\x07 \\xc2\\x9b2J \\xff");
}

TEST(Table, RefusesACellOfAnotherKindOrCount) {
  Table table = numbers_table();
  EXPECT_THROW(table.add({"a", 1.0}), std::logic_error);
  EXPECT_THROW(table.add({"a", 1.0, 1.5}), std::logic_error);
  EXPECT_THROW(table.add({1.0, 1.0, 1}), std::logic_error);
}

TEST_F(RunDirectories, LeavesAnExistingOneAlone) {
  write_sample("run");
  const std::string before = contents(in("run/manifest.json"));
  try {
    RunDirectory second(in("run"), false);
    FAIL() << "claimed an existing directory";
  } catch (const OutputError& error) {
    EXPECT_EQ(error.kind(), OutputError::Kind::cannot_create);
    EXPECT_NE(std::string(error.what()).find("--overwrite"), std::string::npos);
  }
  EXPECT_EQ(contents(in("run/manifest.json")), before);
  EXPECT_FALSE(fs::exists(in("run.partial")));
}

TEST_F(RunDirectories, ReplacesARunOnlyWhenTold) {
  write_sample("run");
  put(in("run/left.txt"), "of the old run");
  write_sample("run", true);
  EXPECT_FALSE(fs::exists(in("run/left.txt")));
  EXPECT_TRUE(fs::exists(in("run/manifest.json")));
  for (const auto& entry : fs::directory_iterator(folder_))
    EXPECT_EQ(entry.path().string().find("partial"), std::string::npos) << entry.path();
}

TEST_F(RunDirectories, NeverReplacesWhatIsNoRun) {
  fs::create_directories(in("photos"));
  put(in("photos/one.txt"), "mine");
  put(in("file"), "mine");
  EXPECT_THROW(RunDirectory(in("photos"), true), OutputError);
  EXPECT_THROW(RunDirectory(in("file"), true), OutputError);
  EXPECT_THROW(RunDirectory("", true), OutputError);
  EXPECT_THROW(RunDirectory("/", true), OutputError);
  EXPECT_EQ(contents(in("photos/one.txt")), "mine");
}

TEST_F(RunDirectories, ReplacesWhatAKilledRunLeft) {
  fs::create_directories(in("run.partial/deep"));
  put(in("run.partial/measures.csv"), "half a li");
  write_sample("run");
  EXPECT_TRUE(verify_run(in("run")).faults.empty());
  EXPECT_FALSE(fs::exists(in("run/deep")));
  EXPECT_FALSE(fs::exists(in("run.partial")));
}

TEST_F(RunDirectories, LeavesNothingBehindWithoutACommit) {
  {
    RunDirectory directory(in("run"), false);
    directory.create("a.csv")->close();
    EXPECT_THROW(static_cast<void>(directory.create("a.csv")), OutputError);
  }
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(RunDirectories, KeepsTwoRunsApart) {
  RunDirectory first(in("run"), false);
  EXPECT_THROW(RunDirectory(in("run"), false), OutputError);
  first.create("a.csv")->close();  // the refused one did not remove the folder
}

TEST_F(RunDirectories, NeverWritesThroughAnExistingName) {
  RunDirectory directory(in("run"), false);
  put(in("target"), "mine");
  fs::create_symlink(in("target"), in("run.partial/b"));
  EXPECT_THROW(static_cast<void>(directory.create("b")), OutputError);
  EXPECT_EQ(contents(in("target")), "mine");
}

// A file-size limit fails a write as a full disk does: halfway through a file.
TEST_F(RunDirectories, AFailedWriteIsAnInputOutputErrorAndLeavesNothing) {
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{1'500'000, before.rlim_max};
  ::setrlimit(RLIMIT_FSIZE, &small);
  try {
    RunDirectory directory(in("run"), false);
    const auto file = directory.create("large.csv");
    for (int i = 0; i < 3000; ++i) file->write(std::string(1000, 'x'));
    file->close();
    ADD_FAILURE() << "wrote past the limit";
  } catch (const OutputError& error) {
    EXPECT_EQ(error.kind(), OutputError::Kind::input_output);
    EXPECT_NE(std::string(error.what()).find("large.csv: File too large"), std::string::npos);
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, previous);
  EXPECT_TRUE(fs::is_empty(folder_));
}

// The same limit under the libraries that write a file by its path.
TEST_F(RunDirectories, AFailedWriteOfALibraryIsAnInputOutputError) {
  SampleRun run = sample_run();
  for (int i = 0; i < 40'000; ++i)
    run.results.tables.losses.add(
        std::vector<Cell>(run.results.tables.losses.columns.size(), Cell{}));
  auto& numbers = run.results.tables.losses.columns.back().numbers;
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = 1.0 / static_cast<double>(i + 3);
  const std::vector<const Table*> tables = {&run.results.tables.losses};
  const ReportSubject subject{run.inputs.settings, "USD", run.inputs.scenarios, "0"};
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  for (const std::string name : {"results.sqlite", "report.xlsx"}) {
    RunDirectory directory(in("run"), false);
    const std::string path = directory.claim(name);
    const auto write = [&] {
      if (name == "report.xlsx")
        write_workbook(subject, run.results, tables, path, directory.folder());
      else
        write_sqlite(tables, path);
    };
    const rlimit small{300'000, before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    try {
      write();
      ADD_FAILURE() << name << " was written past the limit";
    } catch (const OutputError& error) {
      EXPECT_EQ(error.kind(), OutputError::Kind::input_output) << error.what();
      EXPECT_NE(std::string(error.what()).find(name), std::string::npos) << error.what();
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
  }
  std::signal(SIGXFSZ, previous);
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(RunDirectories, WritesNoInfinityIntoTheDatabaseOrTheWorkbook) {
  SampleRun run = sample_run();
  run.results.tables.losses.columns.back().numbers.front() =
      std::numeric_limits<double>::infinity();
  const std::vector<const Table*> tables = {&run.results.tables.losses};
  const ReportSubject subject{run.inputs.settings, "USD", run.inputs.scenarios, "0"};
  RunDirectory directory(in("run"), false);
  EXPECT_THROW(write_sqlite(tables, directory.claim("a")), NonFiniteResult);
  EXPECT_THROW(
      write_workbook(subject, run.results, tables, directory.claim("b"), directory.folder()),
      NonFiniteResult);
}

TEST_F(RunDirectories, HashesAFileOfManyBuffersAsItStandsOnDisk) {
  OutputFile file(in("large"), "large");
  for (int i = 0; i < 300'000; ++i) file.write(std::to_string(i) + ",");
  const FileDigest written = file.close();
  const std::string text = contents(in("large"));
  ASSERT_GT(text.size(), 1u << 20);
  EXPECT_EQ(written.bytes, text.size());
  EXPECT_EQ(written.sha256, hexadecimal(sha256(text)));
  EXPECT_EQ(written.sha256, digest_of_file(in("large")).sha256);
}

// Oracle: coreutils' sha256sum.
TEST_F(Manifest, HashesAreThoseOfSha256sum) {
  const auto written = write_sample("run");
  ASSERT_GE(written.size(), 11u);
  for (const FileDigest& file : written) {
    const std::string command = "sha256sum '" + in("run/" + file.path) + "'";
    FILE* pipe = ::popen(command.c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::array<char, 65> text{};
    ASSERT_NE(std::fgets(text.data(), text.size(), pipe), nullptr);
    ::pclose(pipe);
    EXPECT_EQ(file.sha256, text.data()) << file.path;
    EXPECT_EQ(file.bytes, fs::file_size(in("run/" + file.path)));
    if (file.path != "manifest.json") {
      EXPECT_NE(contents(in("run/manifest.json")).find(file.sha256), std::string::npos);
    }
  }
}

// FIPS 180-2, appendix B: the hash of "abc".
TEST(Sha256, GivesThePublishedAnswer) {
  EXPECT_EQ(hexadecimal(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(Manifest, VerifyFindsEveryChange) {
  write_sample("run");
  EXPECT_TRUE(verify_run(in("run")).faults.empty());
  EXPECT_EQ(verify_run(in("run")).files, 16u);  // thirteen outputs, two inputs, one of them kept
  put(in("run/losses.csv"), "changed");
  fs::remove(in("run/paths.csv"));
  put(in("run/more.csv"), "new");
  put(in("book/market.toml"), "currency = \"EUR\"\n");
  EXPECT_EQ(verify_run(in("run")).faults.size(), 3u);  // of the market the copy is there
  EXPECT_EQ(verify_run(in("run")).replaced.size(), 1u);
  put(in("run/inputs/market.toml"), "changed");
  put(in("run/inputs/stray.toml"), "");
  EXPECT_EQ(verify_run(in("run")).faults.size(), 6u);
  put(in("run/manifest.json"), "{\"outputs\": 3}");
  EXPECT_THROW(static_cast<void>(verify_run(in("run"))), std::runtime_error);
  EXPECT_THROW(static_cast<void>(verify_run(in("nowhere"))), InputError);
}

TEST_F(Manifest, DiffersBetweenEqualRunsInItsRunObjectOnly) {
  SampleRun run = sample_run();
  const auto text = [&] {
    return manifest_json(run.inputs, {{"book/run.toml", 1, "00"}}, run.results.facts, run.build,
                         run.circumstances, {}, {});
  };
  const std::string before = text();
  run.circumstances = {"2027-01-01T00:00:00Z", "2027-01-01T00:00:01Z", "other", 16, "avx512"};
  run.build.compiler = "Clang 14";
  run.results.facts.stage_seconds = {{"read", 9.0}};
  const std::string after = text();
  const auto shared = [](const std::string& json) {
    return json.substr(0, json.find("\n  \"run\": {"));
  };
  EXPECT_NE(before, after);
  EXPECT_LT(shared(before).size(), before.size());
  EXPECT_EQ(shared(before), shared(after));
  EXPECT_NE(before.find("\"fit_error\": null"), std::string::npos);
}

}  // namespace
}  // namespace lien::pricing
