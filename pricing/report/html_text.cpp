#include "pricing/report/html_text.hpp"

#include "pricing/report/text_form.hpp"

namespace lien::pricing {

std::string html_text(std::string_view text) {
  std::string out;
  for (const char c : without_controls(text)) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string html_table(const HtmlTable& table) {
  const auto tag = [&](std::size_t column, const char* name) {
    return std::string("<") + name + (column >= table.first_number ? " class=\"n\">" : ">");
  };
  std::string out = "<div class=\"scroll\"><table>\n";
  if (!table.caption.empty()) out += "<caption>" + html_text(table.caption) + "</caption>\n";
  out += "<thead><tr>";
  for (std::size_t c = 0; c < table.header.size(); ++c)
    out += tag(c, "th") + table.header[c] + "</th>";
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (std::size_t c = 0; c < row.size(); ++c) out += tag(c, "td") + row[c] + "</td>";
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string html_section(std::string_view id, std::string_view heading,
                         std::string_view introduction, std::string_view body) {
  if (body.empty()) return {};
  std::string out =
      "<section id=\"" + std::string(id) + "\">\n<h2>" + html_text(heading) + "</h2>\n";
  if (!introduction.empty()) out += "<p class=\"lead\">" + html_text(introduction) + "</p>\n";
  return out + std::string(body) + "</section>\n";
}

}  // namespace lien::pricing
