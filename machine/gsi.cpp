#include "machine/gsi.h"

namespace rhea {

void Gsi::set_irq(unsigned line, bool level) {
    if (line >= kLines || levels_[line] == level) return;
    levels_[line] = level;
    if (watcher_) watcher_->set_irq(line, level);
    if (pic_ && line < kIsaLines) pic_->set_irq(line, level);
    if (io_apic_) io_apic_->set_irq(line, level);
}

void Gsi::watch(IrqReceiver* watcher) {
    // A line that is high already is not news to somebody who begins to watch.
    if (on_watched) on_watched(watcher != nullptr);
    watcher_ = watcher;
}

}  // namespace rhea
