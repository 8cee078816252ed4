#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace lien::pricing {

// The frame of a chart: title, axes with round ticks, grid. Coordinates are those of the SVG, in
// pixels at its natural size; everything is written with one decimal, so bytes are the same
// everywhere.
struct Axis {
  std::string title;  // with its unit: "USD per accelerator-hour"
  double low = 0, high = 1;
  std::vector<double> ticks;             // within [low, high]
  std::vector<std::string> tick_labels;  // one a tick
};

// An axis from `low` to at least `high` with about `count` round ticks (1, 2, 2.5 or 5 times a
// power of ten).
[[nodiscard]] Axis round_axis(std::string title, double low, double high, int count);

// An axis of months with ticks at whole years, labelled by the month that ends there ("2028-09").
// dates[i] is the ISO date of month i; most: as many ticks as there is room for.
[[nodiscard]] Axis month_axis(const std::vector<std::string>& dates, std::size_t most);

class SvgPlot {
 public:
  SvgPlot(double width, double height, std::string title, Axis horizontal, Axis vertical);

  [[nodiscard]] double x(double value) const;
  [[nodiscard]] double y(double value) const;
  [[nodiscard]] double top() const;
  [[nodiscard]] double right() const;

  // Points in axis units. kind: a class of the style sheet ("band outer", "median", ...).
  void area(const std::vector<double>& xs, const std::vector<double>& lower,
            const std::vector<double>& upper, std::string_view kind);
  void line(const std::vector<double>& xs, const std::vector<double>& ys, std::string_view kind);
  void bar(double from, double to, double height, std::string_view kind, std::string_view hint);
  // A rectangle between two heights, either of them the lower.
  void block(double from, double to, double one, double other, std::string_view kind,
             std::string_view hint);
  void vertical_mark(double value, std::string_view kind);
  // Text at a pixel; anchor: "start", "middle", "end".
  void label(double x_pixel, double y_pixel, std::string_view anchor, std::string_view kind,
             std::string_view text);

  [[nodiscard]] std::string text() const;

 private:
  double width_, height_, left_ = 0;
  std::string title_;
  Axis horizontal_, vertical_;
  std::string marks_;
};

}  // namespace lien::pricing
