#include "machine/devices/ide_cable.h"

#include "machine/devices/ide_drive.h"

namespace rhea {

IdeCable::~IdeCable() {
    for (auto* drive : drives_)
        if (drive) drive->cut_off();
}

void IdeCable::connect(unsigned unit, IdeDrive& drive) {
    drives_[unit] = &drive;
    drive.connected(*this, unit);
}

void IdeCable::disconnect(IdeDrive& drive) {
    drives_[drive.unit()] = nullptr;
    drive.cut_off();
}

bool IdeCable::full() const { return drives_[0] && drives_[1]; }

void IdeCable::set_signature(unsigned unit) {
    auto& task_file = task_files_[unit];
    if (auto* drive = drives_[unit]) {
        const auto [middle, high] = drive->signature();
        task_file.signature(middle, high);
    } else {
        task_file.signature(0xff, 0xff);
    }
}

}  // namespace rhea
