// A netlist behind the C interface of `shim.cc`: its pins are a clock and a serial line.
// `design.cc` is what `emit.py` made of the netlist; this file is compiled together with it.

#include <cstddef>
#include <cstdint>

#include "design.cc"

#ifndef DIVISOR
#define DIVISOR 4  // clocks per bit of the line
#endif

namespace {

constexpr unsigned frame_bits = 10;  // start, eight bits, stop
// Clocks without a further byte after which an answer counts as complete.
constexpr uint64_t quiet_clocks = 64 + 2 * frame_bits * DIVISOR;

// One clock: what the outputs are before its rising edge, which then comes.
inline void settle(Design &design) {
    design.n[Design::clock] = 0;
    design.eval();
}

inline void edges(Design &design) {
    design.rising();
    if (Design::both_edges) {
        design.n[Design::clock] = 1;
        design.eval();
        design.falling();
    }
}

struct Pins {
    Design design;
    unsigned frame = 0, bits = 0, clocks = 0;  // of what is being sent: what is left of it
    unsigned heard = 0, place = 0, wait = 0;   // of what is being received

    void reset() {
        *this = Pins{};
        design.reset();
    }
};

}  // namespace

extern "C" {

void *gates_create(void) {
    auto *pins = new Pins{};
    pins->reset();
    return pins;
}

void gates_destroy(void *handle) { delete static_cast<Pins *>(handle); }

void gates_reset(void *handle) { static_cast<Pins *>(handle)->reset(); }

// A serial line never waits, and rings are loops, which a netlist here cannot have.
void gates_stall(void *, uint64_t, uint32_t, uint32_t) {}
void gates_rings(void *, size_t, const uint64_t *, const uint64_t *) {}

// `count` clocks with constant inputs: one byte per bit of a port, in the order of `Design`.
void gates_clock(void *handle, const uint8_t *inputs, uint8_t *outputs, uint64_t count) {
    auto &design = static_cast<Pins *>(handle)->design;
    for (unsigned index = 0; index < Design::input_count; index++)
        design.n[Design::inputs[index]] = inputs[index];
    while (count--) {
        settle(design);
        design.output(outputs);
        edges(design);
    }
}

// As in `shim.cc`. The only input is the line to the netlist, the only output the line from it.
uint64_t gates_run(void *handle, uint64_t max_cycles, const uint8_t *rx, size_t rx_length,
                   size_t *rx_taken, uint8_t *tx, size_t tx_capacity, size_t *tx_length) {
    auto &pins = *static_cast<Pins *>(handle);
    auto &design = pins.design;
    size_t taken = 0, given = 0;
    uint64_t cycle = 0, quiet = 0;
    while (cycle < max_cycles && given < tx_capacity) {
        if (!pins.bits && taken < rx_length) {
            pins.frame = rx[taken++] << 1 | 1u << (frame_bits - 1);
            pins.bits = frame_bits;
            pins.clocks = DIVISOR;
        }
        design.n[Design::inputs[0]] = pins.bits ? pins.frame & 1 : 1;
        if (pins.bits && !--pins.clocks) {
            pins.frame >>= 1;
            pins.bits--;
            pins.clocks = DIVISOR;
        }
        settle(design);
        uint8_t level;
        design.output(&level);
        quiet++;
        if (!pins.place) {
            if (!level) {  // a start bit: look at its middle first
                pins.place = frame_bits;
                pins.wait = DIVISOR / 2;
            }
        } else if (!pins.wait--) {
            pins.wait = DIVISOR - 1;
            pins.heard = pins.heard >> 1 | level << 9;
            quiet = 0;
            if (!--pins.place && level)
                tx[given++] = pins.heard >> 1 & 0xFF;
        }
        edges(design);
        cycle++;
        if (given && taken == rx_length && !pins.bits && quiet >= quiet_clocks)
            break;
    }
    *rx_taken = taken;
    *tx_length = given;
    return cycle;
}

}  // extern "C"
