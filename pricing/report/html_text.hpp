#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lien::pricing {

// Foreign text as HTML text or attribute value: markup is inert, control characters are visible.
[[nodiscard]] std::string html_text(std::string_view text);

// A table of ready HTML cells. Columns from `first_number` on are numbers: set flush right.
struct HtmlTable {
  std::string caption;  // text; empty: none
  std::vector<std::string> header;
  std::size_t first_number = 1;
  std::vector<std::vector<std::string>> rows;
};
[[nodiscard]] std::string html_table(const HtmlTable& table);

// A section with its heading; empty if `body` is.
[[nodiscard]] std::string html_section(std::string_view id, std::string_view heading,
                                       std::string_view introduction, std::string_view body);

}  // namespace lien::pricing
