#include "machine/gsi.h"

#include "machine/qom/object.h"

namespace rhea {

void Gsi::set_irq(unsigned line, bool level) {
    if (line >= kLines || levels_[line] == level) return;
    levels_[line] = level;
    if (watcher_) watcher_->set_irq(line, level);
    if (pic_ && line < kIsaLines) pic_->set_irq(line, level);
    if (io_apic_) io_apic_->set_irq(line, level);
}

namespace {

std::string line_path(unsigned number) { return "/machine/unattached/" + qom::numbered("non-qdev-gpio", number); }

}  // namespace

std::string board_line_path(BoardLine line) { return line_path(Gsi::kLines + static_cast<unsigned>(line)); }

std::string Gsi::input_path(unsigned line) const {
    if (line == kCpuLine) return line_path(cpu_first_ ? 0 : kLines);
    return line < kLines ? line_path(cpu_first_ + line) : std::string();
}

void Gsi::watch(IrqReceiver* watcher) {
    // A line that is high already is not news to somebody who begins to watch.
    if (on_watched) on_watched(watcher != nullptr);
    watcher_ = watcher;
}

}  // namespace rhea
