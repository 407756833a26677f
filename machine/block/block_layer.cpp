#include "machine/block/block_layer.h"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "machine/block/events.h"
#include "machine/block/fifo_wait.h"
#include "machine/block/host.h"
#include "machine/block/jobs/jobs.h"

namespace rhea {
namespace {

bool stands_on(const BlockNode* top, const BlockNode* node) {
    for (; top; top = top->child())
        if (top == node) return true;
    return false;
}

}  // namespace

BlockLayer::BlockLayer(uv_loop_t* loop, EventBus& events, BlockHost& host)
    : events_(events), host_(host), work_(loop, host.test_clocks()), jobs_(std::make_unique<Jobs>(loop, work_, events)), loop_(loop), random_(std::random_device{}()) {
    host_.on_cont([this] { resumed(); });
    host_.on_stop([this] { jobs_->drain(); });
    host_.on_end([this] {
        jobs_->drain();
        jobs_->cancel_all();
    });
    events_.declare<BlockIoError, DeviceTrayMoved, BlockWriteThreshold, BlockImageCorruptedEvent, JobStatusChangeEvent,
                    BlockJobCompletedEvent, BlockJobCancelledEvent, BlockJobErrorEvent, BlockJobReadyEvent, BlockJobPendingEvent,
                    BlockExportDeletedEvent, QuorumFailureEvent, QuorumReportBadEvent>();
}

BlockLayer::~BlockLayer() {
    jobs_->cancel_all();
    work_.drain(nullptr);
}

FifoWait* BlockLayer::wait_for_fifo(const std::string& path) {
    auto wait = std::make_unique<FifoWait>(loop_, path);
    return wait->valid() ? fifo_waits_.emplace_back(std::move(wait)).get() : nullptr;
}

void BlockLayer::forget(const FifoWait* wait) {
    std::erase_if(fifo_waits_, [wait](const auto& one) { return one.get() == wait; });
}

void BlockLayer::resumed() {
    for (const auto& backend : backends_)  // QEMU clears those of -drive only
        if (!backend->name().empty()) backend->reset_io_status();
    std::vector<BlockDevice*> devices;
    for (const auto& backend : backends_)
        if (backend->device()) devices.push_back(backend->device());
    for (BlockDevice* device : devices) device->retry();
}

// --- nodes ------------------------------------------------------------------------------------------------------------

std::vector<std::shared_ptr<BlockNode>> BlockLayer::nodes() const {
    std::vector<std::shared_ptr<BlockNode>> alive;
    std::erase_if(nodes_, [](const auto& weak) { return weak.expired(); });
    for (const auto& weak : nodes_)
        if (auto node = weak.lock()) alive.push_back(std::move(node));
    return alive;
}

BlockNode* BlockLayer::find_node(std::string_view node_name) const {
    for (const auto& weak : nodes_)
        if (auto node = weak.lock(); node && node->name() == node_name) return node.get();
    return nullptr;
}

Result<std::shared_ptr<BlockNode>> BlockLayer::lookup(std::string_view device, std::string_view node_name) const {
    if (const BlockBackend* backend = find_backend(device)) {
        if (!backend->inserted()) return fail(fmt::format("Device '{}' has no medium", device));
        return backend->root_.shared_node();
    }
    for (const auto& weak : nodes_)
        if (auto node = weak.lock(); node && node->name() == node_name) return node;
    return fail(fmt::format("Cannot find device='{}' nor node-name='{}'", device, node_name));
}

Result<void> BlockLayer::delete_node(std::string_view node_name) {
    BlockNode* node = find_node(node_name);
    if (!node) return fail(fmt::format("Failed to find node with node-name='{}'", node_name));
    if (node->used_by_backend()) return fail(fmt::format("Node {} is in use", node_name));
    RHEA_CHECK(check_free(*node));
    if (!node->monitor_owned()) return fail(fmt::format("Node {} is not owned by the monitor", node_name));
    if (!node->users().empty()) return fail(fmt::format("Block device {} is in use", node_name));
    work_.drain(node);
    std::erase_if(monitor_nodes_, [node](const auto& owned) { return owned.get() == node; });
    return {};
}

void BlockLayer::resize(std::shared_ptr<BlockNode> node, std::uint64_t bytes, std::function<void(Result<void>)> done) {
    if (node->blocker()) {
        const std::string drive = drive_name(*node);
        return done(fail(fmt::format("Device '{}' is in use", drive.empty() ? node->name() : drive)));
    }
    struct State {
        BlockEdge edge{"root", true, [] { return std::string("an unnamed block device"); }};
        Result<void> result;
    };
    auto state = std::make_shared<State>();
    if (auto held = state->edge.attach(node, {BlockPermissions::resize, BlockPermissions::all}); !held) return done(held);
    work_.drain(nullptr);
    BlockNode* target = node.get();
    work_.submit(
        target, WorkQueue::For::host,
        [state, target, bytes] {
            state->result = target->truncate(bytes);
            return 0;
        },
        [this, state, target, done = std::move(done)](int) {
            if (state->result)
                for (const auto& backend : backends_)
                    if (backend->device() && stands_on(backend->root(), target)) backend->device()->resized();
            state->edge.detach();
            done(state->result);
        });
}

std::string BlockLayer::drive_name(const BlockNode& node) const {
    for (const auto& backend : backends_)
        if (!backend->name().empty() && stands_on(backend->root(), &node)) return backend->name();
    return {};
}

Result<void> BlockLayer::check_free(const BlockNode& node) const {
    if (!node.blocker()) return {};
    const std::string drive = drive_name(node);
    return fail(fmt::format("Node '{}' is busy: {}", drive.empty() ? node.name() : drive, *node.blocker()));
}

std::string BlockLayer::job_id(const std::optional<std::string>& given, const std::string& device) const {
    if (given) return *given;
    const auto node = lookup(device, device);
    return node ? drive_name(**node) : std::string();
}

// --- backends -----------------------------------------------------------------------------------------------------

BlockBackend* BlockLayer::find_backend(std::string_view name) const {
    if (name.empty()) return nullptr;
    for (const auto& backend : backends_)
        if (backend->name() == name) return backend.get();
    return nullptr;
}

Result<BlockBackend*> BlockLayer::find_drive(const std::optional<std::string>& device,
                                             const std::optional<std::string>& id) const {
    if (device.has_value() == id.has_value()) return fail("Need exactly one of 'device' and 'id'");
    if (device) {
        if (BlockBackend* backend = find_backend(*device)) return backend;
        return fail(Error::device_not_found(*device));
    }
    for (const auto& backend : backends_) {
        const BlockDevice* on = backend->device();
        if (on && !id->empty() && (on->qdev_id() == *id || on->qom_path() == *id)) return backend.get();
    }
    if (host_.device_exists(*id)) return fail("Device does not have a block device backend");
    if (host_.is_container(*id)) return fail(fmt::format("{} is not a hotpluggable device", *id));
    return fail(Error::device_not_found(*id));
}

BlockBackend& BlockLayer::make_backend(std::string name) {
    backends_.push_back(std::unique_ptr<BlockBackend>(new BlockBackend(*this, std::move(name))));
    return *backends_.back();
}

BlockBackend& BlockLayer::make_empty_backend() { return make_backend({}); }

Result<BlockBackend*> BlockLayer::backend_for_property(std::string_view property, std::string_view value) {
    if (BlockBackend* backend = find_backend(value)) {
        if (backend->device()) {
            // A -drive with a place of its own has got its device there.
            const bool placed = std::any_of(drives_.begin(), drives_.end(), [backend](const auto& drive) {
                return drive->backend == backend && drive->interface != DriveInterface::none;
            });
            return fail(fmt::format("Drive '{}' is already in use {}", value,
                                    placed ? "because it has been automatically connected to another device (did you need 'if=none' in the drive options?)"
                                           : "by another device"));
        }
        return backend;
    }
    auto node = lookup({}, value);
    if (!node) return fail(fmt::format("Property '{}' can't find value '{}'", property, value));
    BlockBackend& backend = make_empty_backend();
    if (auto done = backend.insert(std::move(*node)); !done) {
        remove_backend(backend);
        return fail(std::move(done).error());
    }
    return &backend;
}

void BlockLayer::remove_backend(BlockBackend& backend) {
    backend.drain();
    backend.device_ = nullptr;
    std::erase_if(drives_, [&](const auto& drive) { return drive->backend == &backend; });
    const auto it = std::find_if(backends_.begin(), backends_.end(), [&](const auto& b) { return b.get() == &backend; });
    if (it == backends_.end()) return;
    const auto last = std::move(*it);
    backends_.erase(it);
}

void BlockLayer::delete_drive(BlockBackend& backend) {
    if (!backend.device()) return remove_backend(backend);
    backend.drain();
    remove_medium(backend);
    backend.name_.clear();
    std::erase_if(drives_, [&](const auto& drive) { return drive->backend == &backend; });
}

// --- media ------------------------------------------------------------------------------------------------------------

Result<void> BlockLayer::insert(BlockBackend& backend, std::shared_ptr<BlockNode> node) {
    return backend.insert(std::move(node));
}

void BlockLayer::remove_medium(BlockBackend& backend) { backend.remove(); }

void BlockLayer::move_medium(BlockBackend& backend, bool load) {
    BlockDevice* device = backend.device();
    if (!device || !device->removable_medium()) return;
    const bool before = device->has_tray() && device->tray_open();
    device->medium_changed(load);
    const bool after = device->has_tray() && device->tray_open();
    if (before != after) events_.emit(DeviceTrayMoved{backend.name(), backend.qdev(), after});
}

// --- drives -----------------------------------------------------------------------------------------------------------

std::shared_ptr<ThrottleGroup> BlockLayer::find_throttle_group(const std::string& name) const {
    for (const auto& group : throttle_groups_)
        if (auto alive = group.lock(); alive && alive->name() == name) return alive;
    return nullptr;
}

Result<std::shared_ptr<ThrottleGroup>> BlockLayer::named_throttle_group(const std::string& name) const {
    auto group = find_throttle_group(name);
    if (!group) return fail(fmt::format("Throttle group '{}' does not exist", name));
    return group;
}

std::shared_ptr<ThrottleGroup> BlockLayer::throttle_group(const std::string& name) {
    if (auto known = find_throttle_group(name)) return known;
    std::erase_if(throttle_groups_, [](const auto& group) { return group.expired(); });
    auto group = std::make_shared<ThrottleGroup>(name);
    throttle_groups_.push_back(group);
    return group;
}

DriveInfo* BlockLayer::find_drive_at(DriveInterface interface, int bus, int unit) const {
    for (const auto& drive : drives_)
        if (drive->interface == interface && drive->bus == bus && drive->unit == unit) return drive.get();
    return nullptr;
}

}  // namespace rhea
