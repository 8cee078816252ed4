#include "pricing/cli/console.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "pricing/report/text_form.hpp"
#include "pricing/report/workbook_writer.hpp"
#include "version.hpp"

namespace lien::pricing {

void print(const std::string& text) {
  const bool complete = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!complete || std::fflush(stdout) != 0)
    throw OutputError(OutputError::Kind::input_output, "write", "standard output", errno);
}

void print_error(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void print_faults(const std::vector<Diagnostic>& faults) {
  std::string text;
  for (const Diagnostic& fault : faults) text += without_controls(to_string(fault), "\n") + "\n";
  text += std::to_string(faults.size()) + (faults.size() == 1 ? " fault\n" : " faults\n");
  print_error(text);
}

bool is_terminal(int stream) {
  const char* kind = std::getenv("TERM");
  return ::isatty(stream) == 1 && kind != nullptr && std::string_view(kind) != "dumb";
}

TerminalStyle terminal_style() {
  TerminalStyle style;
  if (!is_terminal(STDOUT_FILENO)) return style;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
    style.width = size.ws_col;
  const char* no_color = std::getenv("NO_COLOR");
  style.colour = no_color == nullptr || *no_color == '\0';
  return style;
}

BuildFacts build_facts() {
  return {.version = kVersion,
          .commit = kCommit,
          .compiler = kCompiler,
          .libraries = {{"QuantLib", kQuantLibVersion},
                        {"Highway", kHighwayVersion},
                        {"OpenSSL", kOpenSslVersion},
                        {"SQLite", kSqliteVersion},
                        {"libxlsxwriter", workbook_library_version()}}};
}

}  // namespace lien::pricing
