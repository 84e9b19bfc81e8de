// The gates behind a C interface: bytes in, bytes out, clock by clock.
// `design.cc` is what `emit_words.py` made of them; this file is compiled together with it.

#include <cstddef>
#include <cstdint>

#include "design.cc"
#include "rings.hh"

namespace {

// Clocks without a further output byte after which an answer counts as complete. A zero byte ends
// a frame of the link, so there is nothing to wait for.
constexpr uint32_t quiet_clocks(uint8_t last) { return last ? 64 : 0; }

struct Gates {
    Design top;
    uint64_t random = 0;
    uint32_t stall_i = 0, stall_o = 0;  // chances to stall in a clock, in units of 2**-16
    bool offering = false;              // an offered byte may not be withdrawn
    Rings rings;

    bool stalls(uint32_t chance) {  // a 64-bit linear congruential generator; its top bits are good
        if (!chance)
            return false;
        random = random * 6364136223846793005u + 1442695040888963407u;
        return random >> 48 < chance;
    }
};

}  // namespace

extern "C" {

void *gates_create(void) {
    auto *gates = new Gates{};
    gates->top.reset();
    return gates;
}

void gates_destroy(void *handle) { delete static_cast<Gates *>(handle); }

void gates_reset(void *handle) {
    auto &gates = *static_cast<Gates *>(handle);
    gates.top.reset();
    gates.offering = false;
}

void gates_stall(void *handle, uint64_t seed, uint32_t chance_i, uint32_t chance_o) {
    auto &gates = *static_cast<Gates *>(handle);
    gates.random = seed;
    gates.stall_i = chance_i;
    gates.stall_o = chance_o;
}

// Sets parameters, and the state too if there is one; rows of `RingModel.parameters` and `.start`.
void gates_rings(void *handle, size_t count, const uint64_t *parameters, const uint64_t *state) {
    auto &rings = static_cast<Gates *>(handle)->rings.rings;
    rings.resize(count);
    for (size_t index = 0; index < count; index++) {
        auto &ring = rings[index];
        ring.step = parameters[3 * index];
        ring.jitter = parameters[3 * index + 1];
        ring.duty = parameters[3 * index + 2];
        if (state) {
            ring.phase = state[2 * index];
            ring.random = state[2 * index + 1];
        }
    }
}

// Runs up to `max_cycles` clocks and returns how many it ran. Ends early when all input has been
// taken and an answer has come out whole, or when `tx` is full.
uint64_t gates_run(void *handle, uint64_t max_cycles, const uint8_t *rx, size_t rx_length,
                   size_t *rx_taken, uint8_t *tx, size_t tx_capacity, size_t *tx_length) {
    auto &gates = *static_cast<Gates *>(handle);
    auto &top = gates.top;
    size_t taken = 0, given = 0;
    uint32_t quiet = 0;
    uint64_t cycle = 0;
    while (cycle < max_cycles && given < tx_capacity) {
        gates.offering = taken < rx_length && (gates.offering || !gates.stalls(gates.stall_i));
        bool ready = !gates.stalls(gates.stall_o);
        top.p_i__valid = gates.offering;
        if (gates.offering)
            top.p_i__payload = rx[taken];
        top.p_o__ready = ready;
        drive_rings(top, gates.rings.run(), 0);
        top.clock();  // the outputs are those before the clock's edge
        if (gates.offering && top.p_i__ready) {
            taken++;
            gates.offering = false;
        }
        quiet++;
        if (ready && top.p_o__valid) {
            tx[given++] = top.p_o__payload;
            quiet = 0;
        }
        cycle++;
        if (given && taken == rx_length && quiet >= quiet_clocks(tx[given - 1]))
            break;
    }
    *rx_taken = taken;
    *tx_length = given;
    return cycle;
}

}  // extern "C"
