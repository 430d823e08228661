#include "reports/timeline_svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reports/escape.hpp"

namespace pgdrill::reports {

namespace {

constexpr double label_width = 170;
constexpr double chart_width = 790;
constexpr double row_height = 20;

/// Maps time to horizontal place.
class Scale {
 public:
  explicit Scale(Nanoseconds end) : end_(std::max<Nanoseconds>(end, 1)) {}
  [[nodiscard]] double x(Nanoseconds t) const {
    double const part = static_cast<double>(std::clamp<Nanoseconds>(t, 0, end_)) / static_cast<double>(end_);
    return label_width + chart_width * part;
  }
  [[nodiscard]] Nanoseconds end() const { return end_; }

 private:
  Nanoseconds end_;
};

double seconds(Nanoseconds duration) { return static_cast<double>(duration) / 1e9; }

std::string bar(Scale const& scale, Nanoseconds from, Nanoseconds to, double y, double height,
                std::string_view css, std::string const& title) {
  double const left = scale.x(from);
  double const width = std::max(1.0, scale.x(to) - left);
  return fmt::format(
      R"(<rect x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" class="{}"><title>{}</title></rect>)",
      left, y, width, height, css, html(title, 300));
}

std::string label(double y, std::string const& text) {
  return fmt::format(R"(<text x="{:.0f}" y="{:.1f}" text-anchor="end">{}</text>)", label_width - 8, y + 14,
                     html(one_line(text, 28)));
}

std::string axis(Scale const& scale, double height) {
  double const total = seconds(scale.end());
  double step = std::pow(10.0, std::floor(std::log10(std::max(total / 8, 0.001))));
  for (double const factor : {2.0, 5.0, 10.0}) {
    if (total / step > 10) step *= factor / (factor == 5.0 ? 2.0 : factor == 10.0 ? 5.0 : 1.0);
  }
  std::string svg;
  for (double t = 0; t <= total; t += step) {
    double const x = scale.x(static_cast<Nanoseconds>(t * 1e9));
    svg += fmt::format(R"(<line x1="{0:.1f}" x2="{0:.1f}" y1="18" y2="{1:.0f}" class="axis"/>)", x, height);
    svg += fmt::format(R"(<text x="{:.1f}" y="12" text-anchor="middle" class="soft">{} s</text>)", x,
                       fixed(t, 3));
  }
  return svg;
}

/// Neighbouring samples of the same status as one bar, so that a long run stays a small picture.
std::string series_bars(Scale const& scale, Series const& series, double y) {
  std::string svg;
  std::size_t i = 0;
  while (i < series.samples.size()) {
    Sample const& first = series.samples[i];
    std::size_t j = i;
    while (j + 1 < series.samples.size() && series.samples[j + 1].status == first.status) ++j;
    Nanoseconds const to =
        j + 1 < series.samples.size() ? series.samples[j + 1].scheduled : series.samples[j].ended;
    std::string_view const css = first.status == Sample::Status::right   ? "right"
                                 : first.status == Sample::Status::wrong ? "wrong"
                                                                         : "lost";
    std::string_view const word = css == "lost" ? "failed" : css;
    svg += bar(scale, first.scheduled, to, y + 5, row_height - 8, css,
               fmt::format("{} {} answers from {:.3f} s to {:.3f} s{}", j - i + 1, word,
                           seconds(first.scheduled), seconds(to), first.why.empty() ? "" : ": " + first.why));
    i = j + 1;
  }
  return svg;
}

constexpr double letter_width = 6.2;  // of the widest common letters at 11 px
constexpr double lane_height = 12;
constexpr std::size_t most_lanes = 30;

struct Marks {
  std::string svg;
  std::size_t lanes = 0;
};

/// Each name in the first lane below the chart in which it covers no other.
Marks mark_lines(Scale const& scale, Run const& run, double top, double bottom) {
  Marks marks;
  std::vector<double> taken;  // how far to the right each lane is used
  for (Mark const& mark : run.marks) {
    double const x = scale.x(mark.t);
    std::string const name = one_line(mark.name, 40);
    double const width = letter_width * static_cast<double>(name.size());
    bool const at_the_edge = x + width > label_width + chart_width + 18;
    double const from = at_the_edge ? x - 2 - width : x + 2;
    auto lane = static_cast<std::size_t>(
        std::find_if(taken.begin(), taken.end(), [&](double end) { return end < from; }) - taken.begin());
    lane = std::min(lane, most_lanes - 1);
    if (lane >= taken.size()) taken.push_back(0);
    taken[lane] = from + width;
    marks.svg += fmt::format(R"(<line x1="{0:.1f}" x2="{0:.1f}" y1="{1:.0f}" y2="{2:.0f}" class="mark"/>)", x,
                             top, bottom);
    marks.svg +=
        fmt::format(R"(<text x="{:.1f}" y="{:.0f}" text-anchor="{}">{}<title>{:.3f} s, {}</title></text>)",
                    at_the_edge ? x - 2 : x + 2, bottom + 12 + lane_height * static_cast<double>(lane),
                    at_the_edge ? "end" : "start", html(name), seconds(mark.t), html(mark.source, 100));
  }
  marks.lanes = taken.size();
  return marks;
}

}  // namespace

std::string timeline_svg(Run const& run, Verdict const& verdict) {
  Scale const scale(run.ended);
  std::string rows;
  double y = 22;
  for (StepRecord const& step : run.steps) {
    if (step.started < 0) continue;
    Nanoseconds const end = step.ended >= 0 ? step.ended : run.ended;
    rows += label(y, step.id);
    rows += bar(scale, step.started, end, y + 3, row_height - 6, "step " + html(step.status, 20),
                fmt::format("{}: {} after {:.3f} s", step.title, step.status, seconds(end - step.started)));
    y += row_height;
  }
  y += 6;
  for (Series const& series : run.series) {
    rows += label(y, series.sample_class.empty() ? series.probe : series.probe + " " + series.sample_class);
    rows += series_bars(scale, series, y);
    y += row_height;
  }
  if (!run.faults.empty()) {
    rows += label(y, "faults");
    for (FaultRecord const& record : run.faults) {
      if (record.applied_at < 0) continue;
      Nanoseconds const end = record.ended_at >= 0 ? record.ended_at : record.applied_at;
      rows += bar(scale, record.applied_at, end, y + 3, row_height - 6, "fault",
                  fmt::format("{} on {} at {:.3f} s: {}", record.step, record.target,
                              seconds(record.applied_at), record.status));
    }
    y += row_height;
  }
  if (!verdict.phases.empty()) {
    rows += label(y, "phases");
    for (Phase const& phase : verdict.phases)
      rows += bar(scale, phase.from, phase.to, y + 5, row_height - 8, "phase",
                  fmt::format("{}: {:.3f} s", phase.name, seconds(phase.to - phase.from)));
    y += row_height;
  }
  Marks const marks = mark_lines(scale, run, 18, y);
  double const height = y + 12 + lane_height * static_cast<double>(marks.lanes);
  std::string outage;
  if (verdict.rto.measured) {
    outage = bar(scale, verdict.rto.from, verdict.rto.to.value_or(run.ended), 18, y - 18, "outage",
                 "from the first failed or wrong answer to the unbroken right stretch");
  }
  return fmt::format(
             R"(<svg viewBox="0 0 {:.0f} {:.0f}" role="img" aria-labelledby="timeline-title timeline-desc">)",
             label_width + chart_width + 20, height) +
         "<title id=\"timeline-title\">Timeline of the run</title><desc id=\"timeline-desc\">Steps, probes' "
         "answers, "
         "phases and marks over time; the shaded stretch is the outage that clients saw.</desc>" +
         axis(scale, y) + outage + rows + marks.svg + "</svg>";
}

}  // namespace pgdrill::reports
