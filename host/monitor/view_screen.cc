// SPDX-License-Identifier: Apache-2.0
#include "monitor/view_screen.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "monitor/figure_text.h"
#include "monitor/screen_table.h"

namespace penstock {
namespace {

using Tone = ScreenLine::Tone;

// How soon a line goes where there is no room for all: the highest first.
enum Rank : unsigned { kNeeded, kSection, kDetail, kMinor, kSpace };

class Screen {
 public:
  Screen(const ServerView& view, ScreenSize size) : view_(view), size_(size) {}

  void add(std::string text, Rank rank, Tone tone = Tone::plain) {
    if (text.size() > size_.width) text.resize(size_.width);
    lines_.push_back({{std::move(text), tone}, rank});
  }
  // Headings have the rank of the section.
  void add(const ScreenTable& table, Rank rows, const std::vector<bool>& alarms = {}) {
    add("", kSpace);
    const std::vector<std::string> lines = table.lines(size_.width);
    add(lines.front(), kSection, Tone::heading);
    for (size_t i = 1; i < lines.size(); ++i) {
      const bool alarm = i - 1 < alarms.size() && alarms[i - 1];
      add(lines[i], alarm ? kNeeded : rows, alarm ? Tone::alarm : Tone::plain);
    }
  }

  void add_ports();
  void add_devices();
  void add_stages();
  void add_store();
  std::vector<ScreenLine> fitted();

 private:
  struct Line {
    ScreenLine line;
    Rank rank;
  };

  void add_queue(ScreenTable& table, const std::string& name, const QueueView& queue,
                 const std::string& dropped) const;
  void add_items(const std::string& what, const std::vector<std::string>& items);
  void add_figures(const char* what, const std::vector<PortFigureView>& figures);

  const ServerView& view_;
  const ScreenSize size_;
  std::vector<Line> lines_;
};

// The part that is known is shown where there is one: what was missed is at least as much.
std::string missed_text(const QueueView& queue) {
  if (queue.missed_known) return count_text(queue.missed.total);
  return queue.missed.total.value_or(0) > 0 ? count_text(queue.missed.total) + "+" : "unknown";
}

// Of all reasons together.
std::string dropped_text(const PortView& port) {
  Counted sum{0, 0};
  for (const PortFigureView& drop : port.drops) {
    sum.total = *sum.total + drop.count.total.value_or(0);
    if (!drop.count.per_second && drop.count.total) sum.per_second.reset();
    if (sum.per_second) sum.per_second = *sum.per_second + drop.count.per_second.value_or(0);
  }
  return count_text(sum.per_second);
}

void Screen::add_queue(ScreenTable& table, const std::string& name, const QueueView& queue,
                       const std::string& dropped) const {
  table.add({name, count_text(queue.packets_in.per_second), gigabits_text(queue.bytes_in.per_second),
             count_text(queue.packets_out.per_second), gigabits_text(queue.bytes_out.per_second), dropped,
             missed_text(queue)});
}

void Screen::add_ports() {
  for (const PortView& port : view_.ports) {
    ScreenTable table({{"PORT", 9, true},
                       {"in pkt/s", 5},
                       {"in Gb/s", 8},
                       {"out pkt/s", 3},
                       {"out Gb/s", 6},
                       {"dropped/s", 4},
                       {"missed", 7}});
    add_queue(table, port.name, port.all, dropped_text(port));
    if (port.queues.size() > 1) {
      for (const QueueView& queue : port.queues) add_queue(table, "  queue " + queue.queue, queue, "");
    }
    const size_t at = lines_.size();
    add(table, kDetail);
    lines_[at + 2].rank = kNeeded;  // the port itself
    add_figures("  dropped: ", port.drops);
    add_figures("  also: ", port.figures);
  }
}

// Behind each other, on as many lines as it takes.
void Screen::add_items(const std::string& what, const std::vector<std::string>& items) {
  std::string line;
  for (const std::string& item : items) {
    if (!line.empty() && line.size() + 2 + item.size() > size_.width) add(std::exchange(line, {}), kMinor);
    line += line.empty() ? what + item : ", " + item;
  }
  if (!line.empty()) add(std::move(line), kMinor);
}

// Counts that are not zero, and what is so now.
void Screen::add_figures(const char* what, const std::vector<PortFigureView>& figures) {
  std::vector<std::string> items;
  for (const PortFigureView& figure : figures) {
    if (!figure.gauge && figure.count.total == 0.0) continue;
    std::string& text = items.emplace_back(figure.name);
    if (!figure.reason.empty()) text += " " + figure.reason;
    text += " " + (figure.count.total ? count_text(figure.count.total) : std::string("unknown"));
    if (figure.count.per_second.value_or(0) > 0) text += " (" + count_text(figure.count.per_second) + "/s)";
  }
  add_items(what, items);
}

void Screen::add_devices() {
  if (view_.devices.empty()) return;
  ScreenTable table(
      {{"DEVICE", 9, true}, {"health", 8, true}, {"GB/s", 7}, {"busy", 6}, {"jobs/s", 3}, {"failures", 5}});
  std::vector<bool> alarms;
  for (const DeviceView& device : view_.devices) {
    const std::string name = device.number + " " + device.kind + (device.emulated ? " (emulated)" : "");
    table.add({name, device.health.empty() ? "unknown" : device.health,
               gigabytes_text(device.bytes.per_second), percent_text(device.busy_seconds.per_second),
               count_text(device.jobs.per_second), count_text(device.failures.total)});
    alarms.push_back(device.health != "healthy");
  }
  add(table, kDetail, alarms);
}

void Screen::add_stages() {
  const IngestView& is = view_.ingest;
  ScreenTable table({{"UPLOADS", 9, true}, {"GB/s", 8}, {"total", 6}, {"", 5, true}});
  const auto row = [&](const char* name, const Counted& counted, std::string remark = {}) {
    table.add({name, gigabytes_text(counted.per_second), size_text(counted.total), std::move(remark)});
  };
  row("received", is.received);
  row("decrypted", is.decrypted);
  row("bodies", is.bodies, ratio_text(view_.copies_per_byte()) + " copies a byte behind decryption");
  row("zero runs", is.zeros);
  row("left out", is.known, "by senders, who knew it to be there");
  row("duplicate", is.bytes_duplicate, percent_text(view_.duplicate_part()) + " of what is digested");
  row("new", is.bytes_new, count_text(is.chunks.per_second) + " chunks/s, duplicates too");
  row("compressed", is.compressed, "ratio " + ratio_text(view_.ratio()));
  const size_t at = lines_.size();
  add(table, kDetail);
  // Runs of zeros and what is left out are worth a line where there are some.
  for (const size_t row_number : {size_t{3}, size_t{4}}) lines_[at + 2 + row_number].rank = kMinor;
  std::vector<std::string> busy;
  for (const StageView& stage : view_.stages) {
    if (stage.seconds.per_second) busy.push_back(stage.name + " " + percent_text(stage.seconds.per_second));
  }
  add_items("  lanes: ", busy);
}

void Screen::add_store() {
  const StoreView& is = view_.store;
  ScreenTable table({{"STORE", 9, true},
                     {"commits/s", 8},
                     {"syncs/s", 4},
                     {"written GB/s", 7},
                     {"size", 6},
                     {"segments", 3},
                     {"free", 5}});
  table.add({is.failed ? "failed" : "sound", count_text(is.commits.per_second),
             count_text(is.syncs.per_second), gigabytes_text(is.written.per_second), size_text(is.bytes),
             count_text(is.segments), size_text(is.free_bytes)});
  add(table, kSection, {is.failed});
}

std::vector<ScreenLine> Screen::fitted() {
  size_t missing = 0;
  const size_t height = std::max<size_t>(size_.height, 1);
  // One line less where some are missing: it says so.
  const auto fits = [&] { return lines_.size() + (missing > 0 ? 1 : 0) <= height; };
  while (!fits() && lines_.size() > 1) {
    const auto last = std::ranges::max_element(lines_.rbegin(), lines_.rend(), {}, &Line::rank);
    // A blank line is no loss.
    if (last->rank != kSpace) ++missing;
    lines_.erase(std::next(last).base());
  }
  std::vector<ScreenLine> lines;
  for (Line& line : lines_) lines.push_back(std::move(line.line));
  if (missing > 0 && lines.size() < height)
    lines.push_back({"(" + std::to_string(missing) + " lines do not fit)", Tone::plain});
  if (!lines.empty() && lines.back().text.size() > size_.width) lines.back().text.resize(size_.width);
  return lines;
}

std::string summary_text(const ServerView& view) {
  std::string text = count_text(view.uploads) + " uploads, " + count_text(view.connections) + " connections";
  if (view.restarted) text += ", the server was started again";
  return text;
}

}  // namespace

std::vector<ScreenLine> screen_lines(const ServerView& view, ScreenSize size, const std::string& title,
                                     const std::string& alarm) {
  Screen screen(view, size);
  screen.add(title, kNeeded, Tone::heading);
  if (!alarm.empty()) screen.add(alarm, kNeeded, Tone::alarm);
  screen.add(summary_text(view), kSection, view.restarted ? Tone::alarm : Tone::plain);
  screen.add_ports();
  screen.add_devices();
  screen.add_stages();
  screen.add_store();
  return screen.fitted();
}

}  // namespace penstock
