#include "machine/migration/dirty_rate.h"

#include <catch2/catch.hpp>

#include "machine/guest_memory.h"
#include "machine_rig.h"

using namespace rhea;

namespace {

constexpr std::uint64_t kMiB = 1 << 20, kPage = 4096;

struct Rig : MachineRig {
    std::unique_ptr<GuestMemory> ram = *GuestMemory::allocate(64 * kMiB);
    DirtyRate rate{clocks, memory, ram.get()};

    Rig() { ram->map_into(memory); }
    std::string refused(const CalcDirtyRate& wanted) {
        const auto started = rate.start(wanted);
        return started ? "" : started.error().description();
    }
    /// What the measurement came to, in MiB a second.
    std::int64_t outcome() {
        while (rate.info().status == DirtyRateStatus::measuring) uv_run(loop, UV_RUN_ONCE);
        REQUIRE(rate.info().dirty_rate);
        return *rate.info().dirty_rate;
    }
    /// Turns of the loop in which the samples are taken, with time to spare.
    void take_samples() {
        for (int turn = 0; turn < 50; ++turn) loop.turn();
    }
};

}  // namespace

TEST_CASE("a measurement of the dirty rate refuses what it cannot do", "[migration]") {
    Rig rig;
    CHECK(rig.rate.info().status == DirtyRateStatus::unstarted);
    CHECK(rig.refused({0, {}, {}}) == "calc-time is out of range[1, 60].");
    CHECK(rig.refused({61, 1, {}}) == "calc-time is out of range[1, 60].");
    CHECK(rig.refused({1, 127, {}}) == "sample-pages is out of range[128, 16384].");
    CHECK(rig.refused({1, 16385, {}}) == "sample-pages is out of range[128, 16384].");
    CHECK(rig.refused({1, 512, DirtyRateMeasureMode::dirty_ring}) == "either sample-pages or dirty-ring can be specified.");
    CHECK(rig.refused({1, {}, DirtyRateMeasureMode::dirty_ring}) == "mode dirty-ring is not enabled, use other method instead.");
    CHECK(rig.rate.info().status == DirtyRateStatus::unstarted);
    CHECK(rig.refused({1, {}, {}}).empty());
    CHECK(rig.refused({100, {}, {}}) == "the dirty rate is already being measured.");
    CHECK(rig.rate.info().sample_pages == 512);
    CHECK(!rig.rate.info().dirty_rate);
    CHECK(rig.outcome() == 0);
}

TEST_CASE("the dirty rate from samples is that of the pages whose contents differ", "[migration]") {
    Rig rig;
    REQUIRE(rig.rate.start({1, 16384, {}}));
    rig.take_samples();
    rig.memory.fill(0, 0x5a, 32 * kMiB);       // half of them
    const std::int64_t rate = rig.outcome();
    CHECK(rate >= 20);      // 32 MiB in what may be more than a second
    CHECK(rate <= 32);
    CHECK(rig.rate.info().status == DirtyRateStatus::measured);
}

TEST_CASE("the dirty rate from a log of writes counts each written page once", "[migration]") {
    Rig rig;
    rig.memory.write(0, 1, 1);                 // before it begins
    REQUIRE(rig.rate.start({1, {}, DirtyRateMeasureMode::dirty_bitmap}));
    for (std::uint64_t page = 0; page < 16 * kMiB; page += kPage) {
        rig.memory.write(page, 0, 4);          // what is there already: written all the same
        rig.memory.write(page + kPage - 1, 0, 1);
    }
    rig.memory.write(32 * kMiB - 2, 0, 4);     // two pages
    const std::int64_t rate = rig.outcome();
    CHECK(rate >= 10);
    CHECK(rate <= 16);
    CHECK(rig.rate.info().sample_pages == 0);
    rig.memory.write(0, 1, 1);                 // after it: nobody listens
}

TEST_CASE("a log of writes counts pages of its own memory alone", "[migration]") {
    std::vector<unsigned char> memory(3 * kPage);
    WriteLog log(memory.data() + kPage, kPage);
    log.note(memory.data(), kPage);
    log.note(memory.data() + 2 * kPage, 1);
    log.note(memory.data() + kPage, 0);
    CHECK(log.pages() == 0);
    log.note(memory.data() + 2 * kPage - 1, 2);
    log.note(memory.data() + kPage, 1);
    CHECK(log.pages() == 1);
}
