#include "machine/devices/floppy.h"

#include <fmt/format.h>

#include <algorithm>

#include "machine/devices/floppy_registers.h"
#include "machine/devices/isa_bus.h"
#include "machine/devices/trace_points.h"
#include "machine/platform.h"
#include "machine/qom/basic_types.h"

namespace rhea {

using namespace floppy;

FloppyController::FloppyController(AddressSpace& ports, Clocks& clocks, IrqLine irq, FloppyDma* dma, const Settings& settings)
    : Device(kType),
      settings_(settings),
      bus_(*this, settings_.bus_name),
      clocks_(clocks),
      irq_(irq),
      dma_(dma),
      read_id_timer_(clocks, ClockType::virtual_time, [this] { read_id_done(); }),
      low_mapping_(ports, {.name = "fdc", .base = settings_.base + 1u, .size = 5, .handler = &low_ports_, .max_access = 1}),
      high_mapping_(ports, {.name = "fdc", .base = settings_.base + 7u, .size = 1, .handler = &high_port_, .max_access = 1}) {
    add_part(bus_.bus_name(), bus_);
    FloppyController::reset();
}

Result<std::unique_ptr<FloppyDrive>> FloppyBus::make_drive(qom::Values values, BlockBackend& backend, std::string called) {
    FloppyOptions options = RHEA_TRY(parse_floppy_options(values.to_qdict(), InputMode::json));
    options.called = std::move(called);
    auto drive = RHEA_TRY(controller_.plug(options, backend));
    drive->values() = std::move(values);
    add(*drive);
    return drive;
}

FloppyController::~FloppyController() {
    for (auto& unit : units_)
        if (unit.drive) unit.drive->controller_ = nullptr;
}

Result<std::unique_ptr<FloppyDrive>> FloppyController::plug(const FloppyOptions& options, BlockBackend& backend) {
    auto drive = [&]() -> Result<std::unique_ptr<FloppyDrive>> {
        const auto free = std::find_if(units_.begin(), units_.end(), [](const Unit& unit) { return !unit.drive; });
        const unsigned number = options.unit.value_or(static_cast<unsigned>(free - units_.begin()));
        if (number >= kUnits) return fail(fmt::format("Can't create floppy unit {}, bus supports only {} units", number, kUnits));
        if (units_[number].drive) return fail(fmt::format("Floppy unit {} is in use", number));
        auto made = RHEA_TRY(FloppyDrive::create(backend, options, settings_.fallback));
        units_[number].drive = made.get();
        made->controller_ = this;
        return made;
    }();
    if (!drive && backend.name().empty() && !backend.device()) backend.detach();
    return drive;
}

void FloppyController::unplug(FloppyDrive& drive) {
    for (auto& unit : units_)
        if (unit.drive == &drive) unit.drive = nullptr;
    drive.controller_ = nullptr;
}

namespace {

std::uint8_t cmos_type(const FloppyDrive* drive) {
    if (!drive) return 0;
    switch (drive->drive_type()) {
        case FdcDriveType::d120: return 2;
        case FdcDriveType::d144: return 4;
        case FdcDriveType::d288: return 5;
        default: return 0;
    }
}

}  // namespace

std::uint8_t FloppyController::cmos_types() const {
    return static_cast<std::uint8_t>(cmos_type(units_[0].drive) << 4 | cmos_type(units_[1].drive));
}

unsigned FloppyController::drive_count() const {
    return static_cast<unsigned>(
        std::count_if(units_.begin(), units_.end(), [](const Unit& unit) { return cmos_type(unit.drive) != 0; }));
}

// --- resets ---------------------------------------------------------------------------------------------------------------

void FloppyController::reset() {
    data_rate_ = 0;
    tape_ = 0;
    config_ = kImpliedSeek | kFifoOff;
    precompensation_ = timer0_ = timer1_ = power_down_ = 0;
    locked_ = false;
    for (auto& unit : units_) unit.perpendicular = 0;
    reset_controller(false);
}

void FloppyController::reset_controller(bool interrupt) {
    read_id_timer_.cancel();
    lower_irq();
    output_ = kNotReset | kDmaEnable;
    status_b_ = kStatusBFixed;
    selected_ = 0;
    multi_track_ = did_seek_ = dma_waiting_ = false;
    main_status_ = kRequest;
    for (auto& unit : units_) recalibrate_head(unit);
    to_command_phase();
    if (!interrupt) return;
    status0_ |= kReadyChanged;
    raise_irq();
    reset_senses_ = kSensesAfterReset;
}

void FloppyController::raise_irq() {
    interrupt_pending_ = true;
    irq_.raise();
    reset_senses_ = 0;
}

void FloppyController::lower_irq() {
    status0_ = 0;
    interrupt_pending_ = false;
    irq_.lower();
}

FloppyController::Unit& FloppyController::unit(unsigned number) { return units_[number ^ ((tape_ & kBootSelect) ? 1u : 0u)]; }

bool FloppyController::in_reset() const { return !(output_ & kNotReset); }

// --- registers ------------------------------------------------------------------------------------------------------------

std::uint64_t FloppyController::Ports::io_read(std::uint64_t offset, unsigned) {
    const unsigned port = base + static_cast<unsigned>(offset);
    const std::uint8_t value = controller.read(port);
    trace_device<"fdc_ioport_read">("read reg {:#04x} val {:#04x}", port, value);
    return value;
}

void FloppyController::Ports::io_write(std::uint64_t offset, std::uint64_t value, unsigned) {
    const unsigned port = base + static_cast<unsigned>(offset);
    trace_device<"fdc_ioport_write">("write reg {:#04x} val {:#04x}", port, value & 0xff);
    controller.write(port, static_cast<std::uint8_t>(value));
}

std::uint8_t FloppyController::read(unsigned port) {
    switch (port) {
        case kStatusB: return status_b_;
        case kDigitalOutput: return static_cast<std::uint8_t>(output_ | selected_);
        case kTapeDrive: return tape_;
        case kMainStatus: return read_main_status();
        case kFifo: return read_fifo();
        case kDigitalInput: return !unit().drive || unit().drive->disk_changed() ? kDiskChanged : 0;
        default: return 0xff;
    }
}

void FloppyController::write(unsigned port, std::uint8_t value) {
    switch (port) {
        case kDigitalOutput: return write_output(value);
        case kTapeDrive:
            if (!in_reset()) tape_ = value & kBootSelect;
            return;
        case kMainStatus: return write_data_rate(value);
        case kFifo: return write_fifo(value);
        case kDigitalInput:
            if (!in_reset()) data_rate_ = static_cast<std::uint8_t>((data_rate_ & ~kRate) | (value & kRate));
            return;
        default: return;
    }
}

void FloppyController::write_output(std::uint8_t value) {
    status_b_ = static_cast<std::uint8_t>(kStatusBFixed | ((value & kMotor0) ? 0x01 : 0) | ((value & kMotor1) ? 0x02 : 0) |
                                          ((value & 1) ? 0x20 : 0));
    if ((value & kNotReset) && in_reset()) {
        reset_controller(true);
        data_rate_ &= static_cast<std::uint8_t>(~kPowerDown);
    }
    select(value);
    output_ = value;
}

void FloppyController::write_data_rate(std::uint8_t value) {
    if (in_reset()) return;
    if (value & kSoftReset) reset_controller(true);      // the bit clears itself
    if (value & kPowerDown) reset_controller(true);
    data_rate_ = value;
}

std::uint8_t FloppyController::read_main_status() {
    // A look at the status wakes the controller up.
    data_rate_ &= static_cast<std::uint8_t>(~kPowerDown);
    output_ |= kNotReset;
    return main_status_;
}

std::uint8_t FloppyController::read_fifo() {
    data_rate_ &= static_cast<std::uint8_t>(~kPowerDown);
    if (!(main_status_ & kRequest) || !(main_status_ & kToHost)) return 0;
    const auto at = position_ % kFifoSize;
    if (phase_ == Phase::execution) {
        if (at == 0) {
            if (position_ != 0 && !next_sector()) return 0;
            if (auto* drive = unit().drive) drive->read_sector(sector_number(), fifo_);
        }
        const auto value = fifo_[at];
        if (++position_ == length_) end_transfer(0, 0, 0);
        return value;
    }
    const auto value = fifo_[at];
    if (++position_ == length_) {
        to_command_phase();
        lower_irq();
    }
    return value;
}

void FloppyController::write_fifo(std::uint8_t value) {
    if (in_reset() || !(main_status_ & kRequest) || (main_status_ & kToHost)) return;
    data_rate_ &= static_cast<std::uint8_t>(~kPowerDown);
    const auto at = position_++ % kFifoSize;
    fifo_[at] = value;
    if (phase_ == Phase::execution) {
        if (at == kFifoSize - 1 || position_ == length_) {
            auto* drive = unit().drive;
            const bool written = drive && drive->write_sector(sector_number(), fifo_);
            if (!written || !next_sector()) {
                main_status_ &= static_cast<std::uint8_t>(~kRequest);      // no result phase, as QEMU 7.2
                return;
            }
        }
        if (position_ == length_) end_transfer(0, 0, 0);
        return;
    }
    if (position_ == 1) {
        command_ = &find_command(value);
        length_ = command_->parameters + 1u;
        main_status_ |= kCommandBusy;
    }
    if (position_ < length_) return;
    main_status_ &= static_cast<std::uint8_t>(~kRequest);
    (this->*command_->run)();
}

// --- phases ---------------------------------------------------------------------------------------------------------------

void FloppyController::to_command_phase() {
    phase_ = Phase::command;
    position_ = 0;
    length_ = 1;
    main_status_ = static_cast<std::uint8_t>((main_status_ & ~(kCommandBusy | kToHost | kNonDma)) | kRequest);
}

void FloppyController::to_result_phase(unsigned bytes) {
    phase_ = Phase::result;
    position_ = 0;
    length_ = bytes;
    main_status_ = static_cast<std::uint8_t>((main_status_ & ~kNonDma) | kCommandBusy | kRequest | kToHost);
}

void FloppyController::dma_ready() {
    if (dma_waiting_) run_dma();
}

// --- QOM

namespace {

constexpr qom::Property kProperties[] = {
    qom::property("iobase", qom::kUint32, 1008),
    qom::property("irq", qom::kUint32, 6),
    qom::property("dma", qom::kUint32, 2),
    qom::property("fdtypeA", kFloppyType, "auto"),
    qom::property("fdtypeB", kFloppyType, "auto"),
    qom::property("fallback", kFloppyType, "288"),
};
QObject boot_index(const FloppyController& fdc, std::string_view name) {
    const QObject* said = fdc.values().given(name);
    return said ? *said : QObject(-1);
}
QObject boot_index_a(const FloppyController& fdc) { return boot_index(fdc, "bootindexA"); }
QObject boot_index_b(const FloppyController& fdc) { return boot_index(fdc, "bootindexB"); }
constexpr qom::Property kInstanceProperties[] = {
    qom::property("bootindexB", qom::kInt32).shown_by<boot_index_b>(),
    qom::property("bootindexA", qom::kInt32).shown_by<boot_index_a>(),
};
qom::Region ports_of(const qom::Object& fdc, unsigned number) {
    const auto base = static_cast<std::uint64_t>(static_cast<const FloppyController&>(fdc).values().integer("iobase"));
    return number == 0 ? qom::Region{qom::kPortSpace, base + 1, 5} : qom::Region{qom::kPortSpace, base + 7, 1};
}
constexpr qom::Nodes kNodes[] = {{.name = "fdc", .type = &qom::kMemoryRegion, .count = 2, .region = ports_of}};
constexpr const qom::Type* kInterfaces[] = {&qom::kAcpiAml};

/// One more beside the board's.
Result<std::unique_ptr<qom::Object>> create(qom::Creation& creation) {
    const qom::Values& values = creation.values;
    const auto irq = static_cast<std::uint64_t>(values.integer("irq"));
    if (irq >= Gsi::kIsaLines) return fail(fmt::format("Maximum value for \"irq\" is: {}", Gsi::kIsaLines - 1));
    FloppyController::Settings settings;
    settings.fallback = enum_from_name<FdcDriveType>(values.text("fallback").value_or("")).value_or(settings.fallback);
    settings.base = static_cast<std::uint16_t>(values.integer("iobase"));
    if (creation.id.empty()) {
        unsigned controllers = 0;
        for (const Bus::Entry& entry : creation.bus->entries()) controllers += &entry.device->type() == &values.type() && entry.device->id().empty();
        settings.bus_name = fmt::format("floppy-bus.{}", controllers);
    } else {
        settings.bus_name = creation.id + ".0";
    }
    return std::make_unique<FloppyController>(creation.platform.ports, creation.platform.clocks,
                                              static_cast<IsaBus*>(creation.bus)->irq(static_cast<unsigned>(irq)), nullptr, settings);
}

}  // namespace

constinit const qom::Type FloppyController::kType{.name = "isa-fdc",
    .parent = &kIsaDevice,
    .interfaces = kInterfaces,
    .properties = kProperties,
    .instance_properties = kInstanceProperties,
    .nodes = kNodes,
    .category = "Storage", .summary = "virtual floppy controller", .create = create};

}  // namespace rhea
