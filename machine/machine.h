#pragma once
/// The machine, put together: clocks, memory, buses, devices, drives, and the life of it all. Loop thread only.
#include <functional>
#include <uv.h>

#include <memory>
#include <string>
#include <vector>

#include "chardev/registry.h"
#include "machine/address_space.h"
#include "machine/block/block_layer.h"
#include "machine/block/host.h"
#include "machine/cli/config.h"
#include "machine/cli/process.h"
#include "machine/clock.h"
#include "machine/cpu_plug.h"
#include "machine/cpu_registers.h"
#include "machine/cpu_topology.h"
#include "machine/device_memory.h"
#include "machine/device_removal.h"
#include "machine/guest_memory.h"
#include "machine/input/input.h"
#include "machine/lifecycle.h"
#include "machine/local_apic.h"
#include "machine/machine_types.h"
#include "machine/net/card_plan.h"
#include "machine/net/network.h"
#include "machine/pci_commands.h"
#include "machine/platform.h"
#include "machine/preconfig.h"
#include "machine/port_chardevs.h"
#include "machine/qom/tree.h"
#include "machine/qtest.h"
#include "machine/vcpu_thread.h"
#include "monitor/engine.h"

namespace rhea {

class PcBoard;
class DirtyRate;
class Dump;
class MemoryBackend;
class VncServers;
struct Migration;

/// What a bank of a CPU's machine check registers holds.
struct MachineCheckBank { std::uint64_t status = 0, address = 0, misc = 0; };

/// A virtual CPU as the machine counts it. Nothing executes on it yet; it has its place in the topology, and registers.
struct Vcpu {
    unsigned index = 0;            ///< the number of its place
    CpuPlace place;
    std::uint32_t apic_id = 0;
    Device* object = nullptr;
    bool nmi_pending = false;      ///< until the CPU takes it, or a reset
    CpuRegisters registers;
    LocalApic apic;
    std::array<MachineCheckBank, 10> machine_checks{};
    std::unique_ptr<VcpuThread> host_thread;      ///< made when somebody asks for it
};

/// A pointing device that input events can go to.
struct PointerDevice {
    std::int64_t index = 0;
    std::string name;
    bool absolute = false;
};

class Machine final : public QtestTarget, private BlockHost, private MachineSizes {
public:
    /// Nothing is opened or plugged in yet. All references outlive the machine.
    Machine(uv_loop_t* loop, Engine& engine, Chardevs& chardevs, Clocks& clocks, const cli::Config& config, std::string accelerator);
    ~Machine() override;
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    // The steps of its making, in this order; errors have been reported when one fails. Monitors come before the ports, and with
    // -preconfig they are served before the board is built.
    bool add_objects(const cli::Reporter& reporter);
    bool open_drives(const cli::Reporter& reporter);
    bool open_networks(const cli::Reporter& reporter);
    bool open_ports(const cli::Reporter& reporter);
    /// What is wrong already before -preconfig waits.
    bool can_be_built(const cli::Reporter& reporter);
    /// The board and what is plugged into it.
    bool build(const cli::Reporter& reporter);
    /// Servers for remote screens. With -preconfig before the board is built.
    bool open_screens(const cli::Reporter& reporter);

    Preconfig& preconfig() { return preconfig_; }
    const cli::Config& config() const { return config_; }
    const MachineType& type() const { return *type_; }
    /// "qtest", "tcg" or "kvm".
    const std::string& accelerator() const { return accelerator_; }
    Lifecycle& life() { return life_; }
    BlockLayer& block() { return block_; }
    qom::Tree& devices() { return devices_; }
    const qom::Tree& devices() const { return devices_; }
    /// The root of the buses; null: the machine is not built yet.
    Bus* system_bus();
    Platform& platform() { return platform_; }
    DeviceRemoval& removals() { return removals_; }
    net::Network& network() { return network_; }
    /// The cards that the board is to have.
    const std::vector<net::CardPlan>& planned_cards() const { return planned_cards_; }
    Chardevs& chardevs() { return chardevs_; }
    const PortChardevs& port_chardevs() const { return port_chardevs_; }
    GuestMemory* ram() { return ram_.get(); }
    uv_loop_t* loop() { return loop_; }
    PcBoard* board() { return board_.get(); }
    /// Empty until the board is there. It stays at its place.
    PciRootBuses& root_buses() { return root_buses_; }
    /// In the order of their coming.
    const std::vector<Vcpu>& cpus() const { return cpus_; }
    /// By the number of its place; null: none is there. Until one comes or goes.
    Vcpu* find_cpu(std::int64_t index);
    const Vcpu* find_cpu(std::int64_t index) const { return const_cast<Machine*>(this)->find_cpu(index); }
    CpuTopology topology() const { return CpuTopology(config_.smp); }
    /// The name of their type ("qemu64-x86_64-cpu").
    std::string cpu_type() const;
    /// A CPU comes into a free place; `object`, which is or will be in the tree, outlives its stay.
    void add_cpu(unsigned index, Device& object);
    void remove_cpu(unsigned index);
    CpuHotplug& cpu_hotplug() { return cpu_hotplug_; }
    /// The host thread of a CPU; made when it is first asked for.
    pid_t thread_of(unsigned index);
    cli::Numa& numa() { return numa_; }
    const cli::Numa& numa() const { return numa_; }
    DeviceMemory& device_memory() { return device_memory_; }
    Input& input() { return input_; }
    /// The current one first.
    std::vector<PointerDevice> pointers() const;
    /// The pointing device of this index takes the input from now on; false: there is none.
    bool choose_pointer(std::int64_t index);
    /// Null: -vnc asked for none.
    VncServers* vnc() { return vnc_.get(); }
    bool a20() const { return a20_; }
    /// Reports an error to a CPU: one that it can go on with is noted; any other resets a machine that does not listen.
    /// False: nobody listens.
    bool machine_check(unsigned cpu, unsigned bank, MachineCheckBank report);

    /// What is logged (-d, `log`).
    Engine& engine() { return engine_; }
    const std::vector<std::string>& log_items() const { return log_items_; }
    void set_log_items(std::vector<std::string> items) { log_items_ = std::move(items); }
    bool sync_profile() const { return sync_profile_; }
    void set_sync_profile(bool on) { sync_profile_ = on; }
    /// Made at first use.
    Migration& migration();
    Dump& dump();
    DirtyRate& dirty_rate();

    // QtestTarget
    AddressSpace& ports() override { return ports_; }
    AddressSpace& memory() override { return memory_; }
    Clocks& clocks() override { return clocks_; }
    Pins input_pins(std::string_view path) override;
    Pins output_pins(std::string_view path) override;
    bool load_module(std::string_view prefix, std::string_view name) override;
    void settle() override {
        if (clocks_.manual()) life_.run_deferred();
    }
    bool busy() const override { return clocks_.manual() && block_.work().guest_waits(); }
    void when_idle(const void* who, std::function<void()> call) override { block_.work().when_guest_served(who, std::move(call)); }
    void forget(const void* who) override { block_.work().forget(who); }

private:
    // MachineSizes
    unsigned boot_cpus() const override { return static_cast<unsigned>(config_.smp.cpus); }
    std::uint64_t ram_bytes() const override { return (ram_ ? ram_->size() : 0) + device_memory_.plugged_size(); }
    // BlockHost
    void vm_stop_io_error() override { life_.stop_for_io_error(); }
    bool running() const override { return life_.running(); }
    void on_cont(std::function<void()> call) override { life_.on_cont(std::move(call)); }
    void on_stop(std::function<void()> call) override { life_.on_stop(std::move(call)); }
    void on_end(std::function<void()> call) override { life_.on_end(std::move(call)); }
    bool device_exists(std::string_view id_or_path) const override;
    bool iothread_exists(std::string_view id) override;
    bool is_container(std::string_view path) const override { return devices_.is_container(path); }
    int open_file(const std::string& path, int flags) override { return chardevs_.open_file(path, flags); }
    Clocks* test_clocks() override { return clocks_.manual() ? &clocks_ : nullptr; }
    std::int64_t accounting_now() const override;
    std::optional<std::int64_t> accounted_latency() const override;

    bool add_boot_cpus(const cli::Reporter& reporter);
    void reset_cpu(Vcpu& cpu);
    void add_default_drive(bool wanted, DriveInterface interface, int index, const char* media);
    bool add_firmware_options(const cli::Reporter& reporter);
    bool complete_numa(const cli::Reporter& reporter);
    bool make_ram(const cli::Reporter& reporter);
    /// A memory backend that may be all of the RAM.
    Result<MemoryBackend*> ram_backend(const std::string& id);
    Result<void> join_node_memory();
    bool plug_devices(const cli::Reporter& reporter);

    uv_loop_t* loop_;
    Engine& engine_;
    Chardevs& chardevs_;
    const cli::Config& config_;
    const MachineType* type_;
    std::string accelerator_;
    Clocks& clocks_;
    Lifecycle life_;
    BlockLayer block_;
    AddressSpace ports_{0xff};
    AddressSpace memory_{0};
    std::unique_ptr<GuestMemory> ram_;
    PortChardevs port_chardevs_;
    cli::Numa numa_;
    DeviceMemory device_memory_{*this};      // before the modules of memory in the tree
    Input input_;
    net::Network network_;
    std::vector<net::CardPlan> planned_cards_;
    std::unique_ptr<PcBoard> board_;
    std::unique_ptr<Bus> bare_bus_;      // of a machine without a board
    PciRootBuses root_buses_;
    qom::Tree devices_;                 // goes before the board and the buses that it hangs on
    DeviceRemovals removals_;
    Platform platform_;
    std::vector<std::pair<const DriveInfo*, const cli::Location*>> drive_origins_;
    std::vector<Vcpu> cpus_;
    CpuHotplug cpu_hotplug_{*this};
    std::vector<std::string> log_items_;
    bool a20_ = true, sync_profile_ = false;
    Preconfig preconfig_;
    std::unique_ptr<Migration> migration_;
    std::unique_ptr<Dump> dump_;
    std::unique_ptr<DirtyRate> dirty_rate_;
    std::unique_ptr<VncServers> vnc_;
};

}  // namespace rhea
