#include "pricing/report/svg_plot.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "pricing/report/html_text.hpp"
#include "pricing/report/text_form.hpp"

namespace lien::pricing {
namespace {

constexpr double kRight = 14, kTop = 44, kBottom = 40;

std::string pixel(double value) {
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 1).ptr;
  const std::string digits(text, end);
  return digits == "-0.0" ? "0.0" : digits;
}

std::string attribute(std::string_view name, double value) {
  return " " + std::string(name) + "=\"" + pixel(value) + "\"";
}

std::string line_element(double x1, double y1, double x2, double y2, std::string_view kind) {
  return "<line class=\"" + std::string(kind) + "\"" + attribute("x1", x1) + attribute("y1", y1) +
         attribute("x2", x2) + attribute("y2", y2) + "/>\n";
}

std::string text_element(double x, double y, std::string_view anchor, std::string_view kind,
                         std::string_view text) {
  return "<text class=\"" + std::string(kind) + "\" text-anchor=\"" + std::string(anchor) + "\"" +
         attribute("x", x) + attribute("y", y) + ">" + html_text(text) + "</text>\n";
}

}  // namespace

Axis round_axis(std::string title, double low, double high, int count) {
  Axis axis{.title = std::move(title), .low = low, .high = high, .ticks = {}, .tick_labels = {}};
  if (!(high > low)) high = low + 1;
  double power = 1;  // multiplied up or down and never pow(): the same bytes on every machine
  int decimals = 0;
  const double wanted = (high - low) / count;
  while (power * 10 <= wanted) power *= 10;
  while (power > wanted) {
    power /= 10;
    ++decimals;
  }
  double step = 10 * power;
  int step_decimals = std::max(0, decimals - 1);
  for (const double factor : {5.0, 2.5, 2.0, 1.0}) {
    if (factor * power < wanted) break;
    step = factor * power;
    step_decimals = factor == 2.5 ? decimals + 1 : decimals;
  }
  if (step >= 10) step_decimals = 0;
  const double first = std::ceil(low / step), last = std::ceil(high / step - 1e-9);
  axis.high = last * step;
  for (double k = first; k <= last; ++k) {
    axis.ticks.push_back(k * step);
    axis.tick_labels.push_back(fixed_text(k * step, step_decimals));
  }
  return axis;
}

Axis month_axis(const std::vector<std::string>& dates, std::size_t most) {
  const std::size_t last = dates.empty() ? 1 : std::max<std::size_t>(1, dates.size() - 1);
  Axis axis{.title = "end of month",
            .low = 0,
            .high = static_cast<double>(last),
            .ticks = {},
            .tick_labels = {}};
  std::size_t step = last <= 12 ? 3 : 12;
  while (last / step + 1 > most) step += step < 12 ? step : 12;
  for (std::size_t month = 0; month < dates.size(); month += step) {
    axis.ticks.push_back(static_cast<double>(month));
    axis.tick_labels.push_back(dates[month].substr(0, 7));
  }
  return axis;
}

SvgPlot::SvgPlot(double width, double height, std::string title, Axis horizontal, Axis vertical)
    : width_(width),
      height_(height),
      title_(std::move(title)),
      horizontal_(std::move(horizontal)),
      vertical_(std::move(vertical)) {
  std::size_t longest = 4;
  for (const std::string& label : vertical_.tick_labels) longest = std::max(longest, label.size());
  left_ = 12 + 6.6 * static_cast<double>(longest);  // pixels a digit, a little more than it needs
}

double SvgPlot::x(double value) const {
  const double share = (value - horizontal_.low) / (horizontal_.high - horizontal_.low);
  return left_ + std::clamp(share, 0.0, 1.0) * (width_ - left_ - kRight);
}

double SvgPlot::y(double value) const {
  const double share = (value - vertical_.low) / (vertical_.high - vertical_.low);
  return height_ - kBottom - std::clamp(share, 0.0, 1.0) * (height_ - kTop - kBottom);
}

double SvgPlot::top() const { return kTop; }

double SvgPlot::right() const { return width_ - kRight; }

void SvgPlot::area(const std::vector<double>& xs, const std::vector<double>& lower,
                   const std::vector<double>& upper, std::string_view kind) {
  marks_ += "<polygon class=\"" + std::string(kind) + "\" points=\"";
  for (std::size_t i = 0; i < xs.size(); ++i)
    marks_ += pixel(x(xs[i])) + "," + pixel(y(upper[i])) + " ";
  for (std::size_t i = xs.size(); i-- > 0;)
    marks_ += pixel(x(xs[i])) + "," + pixel(y(lower[i])) + (i == 0 ? "" : " ");
  marks_ += "\"/>\n";
}

void SvgPlot::line(const std::vector<double>& xs, const std::vector<double>& ys,
                   std::string_view kind) {
  marks_ += "<polyline class=\"" + std::string(kind) + "\" points=\"";
  for (std::size_t i = 0; i < xs.size(); ++i)
    marks_ += (i == 0 ? "" : " ") + pixel(x(xs[i])) + "," + pixel(y(ys[i]));
  marks_ += "\"/>\n";
}

void SvgPlot::bar(double from, double to, double height, std::string_view kind,
                  std::string_view hint) {
  const double left = x(from), right = x(to), upper = y(height), floor = y(vertical_.low);
  const double gap = right - left > 3 ? 0.5 : 0;
  marks_ += "<rect class=\"" + std::string(kind) + "\"" + attribute("x", left + gap) +
            attribute("y", upper) + attribute("width", std::max(0.3, right - left - 2 * gap)) +
            attribute("height", floor - upper) + "><title>" + html_text(hint) + "</title></rect>\n";
}

void SvgPlot::block(double from, double to, double one, double other, std::string_view kind,
                    std::string_view hint) {
  const double upper = y(std::max(one, other)), lower = y(std::min(one, other));
  marks_ += "<rect class=\"" + std::string(kind) + "\"" + attribute("x", x(from)) +
            attribute("y", upper) + attribute("width", x(to) - x(from)) +
            attribute("height", lower - upper) + "><title>" + html_text(hint) + "</title></rect>\n";
}

void SvgPlot::vertical_mark(double value, std::string_view kind) {
  marks_ += line_element(x(value), kTop, x(value), height_ - kBottom, kind);
}

void SvgPlot::label(double x_pixel, double y_pixel, std::string_view anchor, std::string_view kind,
                    std::string_view text) {
  marks_ += text_element(x_pixel, y_pixel, anchor, kind, text);
}

std::string SvgPlot::text() const {
  const std::string width = pixel(width_), height = pixel(height_);
  std::string out = "<svg role=\"img\" aria-label=\"" + html_text(title_) + ", " +
                    html_text(vertical_.title) + "\" viewBox=\"0 0 " + width + " " + height +
                    "\" width=\"" + width + "\" height=\"" + height + "\">\n";
  out += text_element(0, 14, "start", "title", title_);
  out += text_element(0, 31, "start", "axis", vertical_.title);
  for (std::size_t i = 0; i < vertical_.ticks.size(); ++i) {
    const double at = y(vertical_.ticks[i]);
    out += line_element(left_, at, width_ - kRight, at, "grid");
    out += text_element(left_ - 6, at + 4, "end", "tick", vertical_.tick_labels[i]);
  }
  out += marks_;
  out += line_element(left_, height_ - kBottom, width_ - kRight, height_ - kBottom, "base");
  for (std::size_t i = 0; i < horizontal_.ticks.size(); ++i) {
    const double at = x(horizontal_.ticks[i]);
    out += line_element(at, height_ - kBottom, at, height_ - kBottom + 4, "base");
    // A label at the very end would stick out.
    const bool end = width_ - at < 28;
    out += text_element(end ? width_ : at, height_ - kBottom + 16, end ? "end" : "middle", "tick",
                        horizontal_.tick_labels[i]);
  }
  out += text_element(width_ - kRight, height_ - 6, "end", "axis", horizontal_.title);
  return out + "</svg>\n";
}

}  // namespace lien::pricing
