// Generated from configs/*.json; do not edit. Edit those, then run:
//   NMSIM_RECORD_CHIPS=1 swift test --filter BuiltInChips
// and again without the variable: the test compares both byte for byte.

/// The texts of `configs/*.json`, so that the program needs no file to know its chips.
enum BuiltInChips {
  static let texts: [(name: String, text: String)] = [
    ("ideal", ideal),
    ("generic-45nm", generic45nm),
    ("truenorth", truenorth),
    ("loihi", loihi),
    ("loihi-sanafe", loihiSanafe),
    ("loihi2", loihi2),
    ("spinnaker1", spinnaker1),
    ("spinnaker2", spinnaker2),
    ("dynapcnn", dynapcnn),
    ("odin", odin),
  ]

  private static let ideal = #"""
// A chip without limits: to see what a network does before any hardware is in its way. It costs nothing that is known.
{
  "format": "nmsim-chip/1",
  "name": "ideal",
  "title": "No limits: unbounded cores, 8-bit weights, 32-bit membranes",
  "notes": [
    "Not a real chip. Energies and times are unknown, not zero: choose a real chip for a bill."
  ],
  "source": "nmsim: the widest that its arithmetic allows; no hardware behind it",
  "certainty": "assumed",
  "datapath": {
    "weightBits": 16,
    "defaultWeightBits": 8,
    "maximumWeightShift": 15,
    "membraneBits": 32,
    "accumulatorBits": 64,
    "fractionBits": 0,
    "spikePayloadBits": 32,
    "thresholdPerNeuron": true,
  },
  "limits": {
    // No coresPerChip, neuronsPerCore, axons, memory or delay: nothing is checked.
    "sharedConvolutionWeights": true,
  },
  "mesh": { "multicast": true },
}

"""#

  private static let generic45nm = #"""
// The default chip: a plausible digital many-core in 45 nm. Nobody built it. Its energies are the 45 nm figures that
// most papers on spiking networks use, itemised so that memory is not left out; its sizes let a small network fit a
// few cores and a VGG-16 for 32x32 images fit one chip.
{
  "format": "nmsim-chip/1",
  "name": "generic-45nm",
  "title": "Generic digital many-core, 45 nm, memory itemised",
  "notes": [
    "Not a real chip: sizes are chosen, energies are Horowitz 2014 at 45 nm, and each says which access it stands on.",
    "Wires and clocks are not in the published table; static power is unknown and therefore missing from the bill.",
  ],
  "sources": {
    "horowitz": "M. Horowitz, Computing's energy problem, ISSCC 2014, figure 1.1.9 (45 nm, 0.9 V)",
    "chosen": "nmsim: chosen, no hardware behind it",
    "clock": "nmsim: one operation per cycle at 500 MHz, chosen",
  },
  "source": "@chosen",
  "certainty": "assumed",
  "datapath": {
    "weightBits": 8,
    "maximumWeightShift": 8,
    "membraneBits": 32,
    "accumulatorBits": 32,
    "fractionBits": 0,
    "spikePayloadBits": 0,
    "thresholdPerNeuron": true,
  },
  "limits": {
    "coresPerChip": 1024,
    "chips": 64,
    "neuronsPerCore": 1024,
    // 512 KiB. A convolution 3x3 with 512 inputs and 64 output channels takes 288 KiB.
    "synapseMemoryBitsPerCore": 4194304,
    // A 3x3 convolution with 512 input channels reads 4,608 neurons for one position; behind a 2x2 pool, 256 channels
    // are 9,216.
    "inputAxonsPerCore": 16384,
    "outputAxonsPerCore": 16384,
    "maximumDelay": 63,
    "sharedConvolutionWeights": true,
  },
  "mesh": {
    "topology": "xy",
    "width": 16,
    "height": 16,
    "coresPerTile": 4,
    "chipColumns": 8,
    "linkHops": 4,
    "linkBufferMessages": 16,
    "multicast": false,
  },
  "energy": {
    "synapticOperation": { "value": "0.1 pJ", "source": "@horowitz, int32 add", "certainty": "secondhand" },
    "weightRead": {
      "value": "2.5 pJ", "certainty": "assumed",
      "source": "@horowitz, 64-bit read of a 32 KB SRAM bank 20 pJ, eight 8-bit weights a row, all used",
    },
    "dendriteUpdate": {
      "value": "10 pJ", "certainty": "assumed",
      "source": "@horowitz, 64-bit access of an 8 KB SRAM 10 pJ, so 5 pJ for 32 bits; one read and one write",
    },
    "neuronAccess": {
      "value": "5 pJ", "certainty": "assumed",
      "source": "@horowitz, the tick's sum read: 32 bits of an 8 KB SRAM, half of 10 pJ",
    },
    "membraneRead": {
      "value": "5 pJ", "certainty": "assumed",
      "source": "@horowitz, 32 bits of an 8 KB SRAM, half of 10 pJ",
    },
    "neuronUpdate": {
      "value": "0.2 pJ", "certainty": "assumed",
      "source": "@horowitz, two int32 adds: the sum, and the comparison as a subtraction",
    },
    "membraneWrite": {
      "value": "5 pJ", "certainty": "assumed",
      "source": "@horowitz, 32 bits of an 8 KB SRAM, half of 10 pJ",
    },
    "spike": { "value": "0.1 pJ", "source": "@horowitz, the reset as one int32 subtraction", "certainty": "assumed" },
    "axonOut": {
      "value": "10 pJ", "certainty": "assumed",
      "source": "@horowitz, a 32-bit entry of a 32 KB SRAM bank, half of 20 pJ",
    },
    "axonIn": {
      "value": "10 pJ", "certainty": "assumed",
      "source": "@horowitz, a 32-bit entry of a 32 KB SRAM bank, half of 20 pJ",
    },
    "tileMessage": {
      "value": "0 J", "certainty": "assumed",
      "source": "nmsim: the axon tables' accesses are the whole cost within a tile, chosen",
    },
    "hop": {
      "value": "10 pJ", "certainty": "assumed",
      "source": "@horowitz, a 32-bit message written to and read from an 8 KB router buffer, 2 x 5 pJ; wires left out",
    },
    // link: unknown; off-chip energy depends on the board.
  },
  "time": {
    // The papers' step.
    "tick": {
      "value": "1 ms", "certainty": "read",
      "source": "Y. Cao et al., IJCV 113(1), 2015, and J. Ding et al., IJCAI 2021, section 3.4: 1 ms a step",
    },
    "synapticOperation": { "value": "2 ns", "source": "@clock", "certainty": "assumed" },
    "weightRead": { "includedIn": "synapticOperation", "source": "@clock: pipelined" },
    "dendriteUpdate": { "includedIn": "synapticOperation", "source": "@clock: pipelined" },
    "neuronAccess": { "value": "2 ns", "source": "@clock" },
    "membraneRead": { "includedIn": "neuronAccess", "source": "@clock: pipelined" },
    "neuronUpdate": { "value": "2 ns", "source": "@clock" },
    "membraneWrite": { "includedIn": "neuronUpdate", "source": "@clock: pipelined" },
    "spike": { "value": "2 ns", "source": "@clock" },
    "axonOut": { "value": "4 ns", "source": "@clock, two cycles" },
    "axonIn": { "value": "4 ns", "source": "@clock, two cycles" },
    "tileMessage": { "value": "4 ns", "source": "@clock, two cycles" },
    "hop": { "value": "4 ns", "source": "@clock, two cycles" },
    "link": { "value": "100 ns", "source": "@chosen" },
    "barrier": [{ "tiles": 1, "time": "1 us" }],
  },
}

"""#

  private static let truenorth = #"""
// IBM TrueNorth.
{
  "format": "nmsim-chip/1",
  "name": "truenorth",
  "title": "IBM TrueNorth, 4,096 crossbar cores of 256 neurons, 28 nm",
  "notes": [
    "A synapse is one bit; its weight is one of four signed numbers that the neuron keeps, chosen by the axon's type.",
    "The 26 pJ a synaptic event are whole-chip power divided by events: neurons, routing and static power are inside.",
    "Stochastic thresholds, leaks and synapses are not simulated.",
  ],
  "sources": {
    "merolla2014": "P. Merolla et al., A million spiking-neuron integrated circuit, Science 345, 2014",
    "akopyan2015": "F. Akopyan et al., TrueNorth: design and tool flow, IEEE TCAD 34(10), 2015",
    "cassidy2013": "A. Cassidy et al., Cognitive computing building block, IJCNN 2013",
  },
  "datapath": {
    "weightBits": { "value": 9, "source": "@akopyan2015", "certainty": "recalled" },
    "membraneBits": { "value": 20, "source": "@akopyan2015", "certainty": "recalled" },
    "accumulatorBits": {
      "value": 20, "certainty": "assumed",
      "source": "nmsim: sums go straight into the 20-bit membrane",
    },
    "maximumWeightShift": { "value": 0, "source": "nmsim: none is described", "certainty": "assumed" },
    "spikePayloadBits": { "value": 0, "source": "@merolla2014", "certainty": "read" },
    "thresholdPerNeuron": { "value": true, "source": "@cassidy2013", "certainty": "recalled" },
    "neuronModels": {
      "value": ["if", "lif"], "certainty": "assumed",
      "source": "@cassidy2013; potentials cannot be read out, so no accumulator",
    },
  },
  "limits": {
    "coresPerChip": { "value": 4096, "source": "@merolla2014", "certainty": "read" },
    "chips": {
      "value": 16, "certainty": "recalled",
      "source": "16-chip boards: J. Sawada et al., TrueNorth ecosystem for brain-inspired computing, SC 2016",
    },
    "neuronsPerCore": { "value": 256, "source": "@merolla2014", "certainty": "read" },
    "synapseMemoryBitsPerCore": {
      "value": 65536, "certainty": "read",
      "source": "@merolla2014, 256 x 256 crossbar of one bit",
    },
    "bitsPerSynapse": { "value": 1, "source": "@merolla2014", "certainty": "read" },
    "inputAxonsPerCore": { "value": 256, "source": "@merolla2014", "certainty": "read" },
    "outputAxonsPerCore": {
      "value": 256, "certainty": "recalled",
      "source": "@merolla2014, one target axon a neuron",
    },
    "fanInPerNeuron": { "value": 256, "source": "@merolla2014", "certainty": "read" },
    "destinationsPerNeuron": { "value": 1, "source": "@merolla2014", "certainty": "recalled" },
    "maximumDelay": { "value": 15, "source": "@merolla2014, delays of 1 to 15 ticks", "certainty": "recalled" },
    "sharedConvolutionWeights": { "value": false, "source": "@merolla2014", "certainty": "read" },
    "crossbar": {
      "value": { "axons": 256, "axonTypes": 4, "binary": true }, "certainty": "recalled",
      "source": "@akopyan2015",
    },
  },
  "mesh": {
    "topology": "xy",
    "width": { "value": 64, "source": "@merolla2014", "certainty": "read" },
    "height": { "value": 64, "source": "@merolla2014", "certainty": "read" },
    "coresPerTile": { "value": 1, "source": "@merolla2014", "certainty": "read" },
    "chipColumns": { "value": 4, "source": "nmsim: the 16-chip board as 4 x 4", "certainty": "assumed" },
    "linkHops": {
      "value": 1, "certainty": "assumed",
      "source": "nmsim: the mesh continues across chips; the published link cost in hops is not known",
    },
    "multicast": { "value": false, "source": "@merolla2014", "certainty": "recalled" },
  },
  "energy": {
    "synapticOperation": {
      "value": "26 pJ", "certainty": "recalled",
      "source": "@merolla2014, whole-chip power over synaptic events at 20 Hz and 128 active synapses a neuron",
    },
    "weightRead": { "includedIn": "synapticOperation", "source": "@merolla2014", "certainty": "recalled" },
    "dendriteUpdate": { "includedIn": "synapticOperation", "source": "@merolla2014", "certainty": "recalled" },
    "neuronAccess": { "includedIn": "synapticOperation", "source": "@merolla2014", "certainty": "recalled" },
    "membraneRead": { "includedIn": "synapticOperation", "source": "@merolla2014", "certainty": "recalled" },
    "membraneWrite": { "includedIn": "synapticOperation", "source": "@merolla2014", "certainty": "recalled" },
    "neuronUpdate": { "includedIn": "synapticOperation", "source": "@merolla2014", "certainty": "recalled" },
    "spike": { "includedIn": "synapticOperation", "source": "@merolla2014", "certainty": "recalled" },
    "axonOut": { "includedIn": "synapticOperation", "source": "@merolla2014", "certainty": "recalled" },
    "axonIn": { "includedIn": "synapticOperation", "source": "@merolla2014", "certainty": "recalled" },
    "tileMessage": { "includedIn": "synapticOperation", "source": "@merolla2014", "certainty": "recalled" },
    "hop": { "includedIn": "synapticOperation", "source": "@merolla2014", "certainty": "recalled" },
    // link: unknown.
  },
  "time": {
    "tick": { "value": "1 ms", "source": "@merolla2014", "certainty": "recalled" },
  },
  // power: static power is inside the 26 pJ; 63 mW were measured on a 400 x 240 video at 30 frames/s.
}

"""#

  private static let loihi = #"""
// Intel Loihi, as published. What SANA-FE calibrated instead is in loihi-sanafe.json.
{
  "format": "nmsim-chip/1",
  "name": "loihi",
  "title": "Intel Loihi as published (Davies et al. 2018), 128 cores of 1,024 neurons, 14 nm",
  "notes": [
    "Weights have 0 to 6 or 8 bits and a common exponent on the chip; here signed weights up to 9 bits with a shift.",
    "Thresholds have a mantissa and an exponent on the chip; here they are plain integers of the membrane's width.",
    "The published energies are pre-silicon; spikes and axon tables are not among them, so the bill is not whole.",
  ],
  "sources": {
    "davies2018": "M. Davies et al., Loihi, IEEE Micro 38(1), 2018",
    "nengo": "nengo-loihi, nengo_loihi/block.py",
    "sanafe": "SANA-FE, arch/loihi.yaml of its repository, commit 0d49da8",
  },
  "datapath": {
    "weightBits": { "value": 9, "source": "@nengo: weight magnitudes to 8 bits, and a sign", "certainty": "read" },
    "defaultWeightBits": { "value": 8, "source": "nmsim: the papers' 8 bits fit", "certainty": "assumed" },
    // A weight is added as w << (6 + exponent), exponent -8 to 7.
    "maximumWeightShift": {
      "value": 13, "certainty": "recalled",
      "source": "nengo-loihi: weights are added 6 + exponent bits up, exponent to 7",
    },
    "membraneBits": {
      "value": 24, "certainty": "read",
      "source": "@nengo: voltages within 2^23, so 23 bits and a sign",
    },
    "accumulatorBits": { "value": 24, "source": "nmsim: as wide as the membrane", "certainty": "assumed" },
    "spikePayloadBits": { "value": 0, "source": "@davies2018", "certainty": "recalled" },
    // On the chip neurons choose from shared parameter tables, so a threshold each is not granted.
    "thresholdPerNeuron": {
      "value": false, "certainty": "assumed",
      "source": "nmsim: thresholds come from a shared table of neuron profiles",
    },
    "neuronModels": {
      "value": ["if", "lif", "accumulator"], "certainty": "recalled",
      "source": "@davies2018: current-based leaky integrate-and-fire",
    },
  },
  "limits": {
    "coresPerChip": { "value": 128, "source": "@davies2018", "certainty": "read" },
    "chips": {
      "value": 768, "certainty": "recalled",
      "source": "Pohoiki Springs: 768 chips (M. Davies et al., Proc. IEEE 109(5), 2021)",
    },
    "neuronsPerCore": { "value": 1024, "source": "@davies2018", "certainty": "read" },
    "synapseMemoryBitsPerCore": {
      "value": 1048576, "certainty": "read",
      "source": "@nengo: MAX_SYNAPSE_BITS = 1048576 (128 KB, 16384 x 64 bit)",
    },
    "inputAxonsPerCore": { "value": 4096, "source": "@nengo: MAX_IN_AXONS", "certainty": "read" },
    "outputAxonsPerCore": { "value": 4096, "source": "@nengo: MAX_OUT_AXONS", "certainty": "read" },
    "maximumDelay": { "value": 62, "source": "@davies2018: 6-bit synaptic delays", "certainty": "recalled" },
    "sharedConvolutionWeights": {
      "value": true, "certainty": "read",
      "source": "@davies2018: population-shared connectivity for convolutions",
    },
  },
  "mesh": {
    "topology": "xy",
    "width": { "value": 8, "source": "@sanafe", "certainty": "read" },
    "height": { "value": 4, "source": "@sanafe", "certainty": "read" },
    "coresPerTile": { "value": 4, "source": "@sanafe", "certainty": "read" },
    "linkHops": {
      "value": 8, "certainty": "assumed",
      "source": "nmsim: the width of a chip; no link cost is published",
    },
    "multicast": {
      "value": false, "certainty": "recalled",
      "source": "@davies2018: unicast messages, one per destination core",
    },
  },
  "energy": {
    "synapticOperation": {
      "value": "23.6 pJ", "certainty": "secondhand",
      "source": "@davies2018, table of energies: minimum per synaptic operation",
    },
    "weightRead": {
      "includedIn": "synapticOperation", "certainty": "assumed",
      "source": "nmsim: the published figure is per operation, memory with it",
    },
    "dendriteUpdate": {
      "includedIn": "synapticOperation", "certainty": "assumed",
      "source": "nmsim: the published figure is per operation, accumulation with it",
    },
    // 81 pJ active and 52 pJ inactive: every neuron is visited, and an active one costs the difference more.
    "neuronAccess": { "value": "52 pJ", "source": "@davies2018, neuron update, inactive", "certainty": "recalled" },
    "neuronUpdate": {
      "value": "29 pJ", "certainty": "recalled",
      "source": "@davies2018, neuron update, active 81 pJ less inactive 52 pJ",
    },
    "membraneRead": {
      "includedIn": "neuronAccess", "certainty": "assumed",
      "source": "nmsim: part of the published neuron update",
    },
    "membraneWrite": {
      "includedIn": "neuronUpdate", "certainty": "assumed",
      "source": "nmsim: part of the published neuron update",
    },
    // spike, axonOut, axonIn: not published.
    "tileMessage": { "value": "1.7 pJ", "source": "@davies2018, spike within a tile", "certainty": "recalled" },
    "hopEast": { "value": "3 pJ", "source": "@davies2018, tile hop east-west", "certainty": "secondhand" },
    "hopWest": { "value": "3 pJ", "source": "@davies2018, tile hop east-west", "certainty": "secondhand" },
    "hopNorth": { "value": "4 pJ", "source": "@davies2018, tile hop north-south", "certainty": "recalled" },
    "hopSouth": { "value": "4 pJ", "source": "@davies2018, tile hop north-south", "certainty": "recalled" },
  },
  "time": {
    "synapticOperation": { "value": "3.5 ns", "source": "@davies2018", "certainty": "recalled" },
    "weightRead": {
      "includedIn": "synapticOperation", "certainty": "assumed",
      "source": "nmsim: the published figure is per operation, memory with it",
    },
    "dendriteUpdate": {
      "includedIn": "synapticOperation", "certainty": "assumed",
      "source": "nmsim: the published figure is per operation, accumulation with it",
    },
    "neuronAccess": { "value": "5.3 ns", "source": "@davies2018, neuron update, inactive", "certainty": "recalled" },
    "neuronUpdate": {
      "value": "3.1 ns", "certainty": "recalled",
      "source": "@davies2018, neuron update, active 8.4 ns less inactive 5.3 ns",
    },
    "membraneRead": {
      "includedIn": "neuronAccess", "certainty": "assumed",
      "source": "nmsim: part of the published neuron update",
    },
    "membraneWrite": {
      "includedIn": "neuronUpdate", "certainty": "assumed",
      "source": "nmsim: part of the published neuron update",
    },
    "tileMessage": {
      "value": "2.1 ns", "certainty": "read",
      "source": "@sanafe, latency_spike_within_tile; it names Davies 2018",
    },
    "hopEast": { "value": "4.1 ns", "source": "@davies2018, as in SANA-FE", "certainty": "secondhand" },
    "hopWest": { "value": "4.1 ns", "source": "@davies2018, as in SANA-FE", "certainty": "secondhand" },
    "hopNorth": { "value": "6.5 ns", "source": "@davies2018, as in SANA-FE", "certainty": "secondhand" },
    "hopSouth": { "value": "6.5 ns", "source": "@davies2018, as in SANA-FE", "certainty": "secondhand" },
    // Published: 113 ns to 465 ns, from 1 to 32 tiles. Only the two ends are used.
    "barrier": {
      "value": [{ "tiles": 1, "time": "113 ns" }, { "tiles": 32, "time": "465 ns" }], "certainty": "recalled",
      "source": "@davies2018, mesh-wide barrier",
    },
  },
}

"""#

  private static let loihiSanafe = #"""
// Loihi with the costs that SANA-FE calibrated on the chip: for comparing the two simulators figure by figure. Its file
// names Davies 2018 for all numbers; access, update, spike, axon and barrier are not in that paper's table. The
// constants are those of its packages 2.2.0 and 2.2.9; an arch/loihi.yaml of its repository before them (commit c55bfa8)
// has 20 ns for a message in, 4 ns for a dense synapse and no barrier, the rest alike.
{
  "format": "nmsim-chip/1",
  "name": "loihi-sanafe",
  "title": "Intel Loihi as calibrated by SANA-FE",
  "extends": "loihi",
  "notes": [
    "SANA-FE checks neurons per core only: memory and axons are not limited here, weights and membranes are wide.",
    "Its three synapse units are three prices: dense, convolution, and sparse for identity projections.",
  ],
  "sources": { "sanafe": "SANA-FE 2.2.9, sanafe/examples/loihi.yaml" },
  "source": "@sanafe",
  "certainty": "read",
  "datapath": {
    "weightBits": { "value": 16, "source": "SANA-FE computes in doubles; the widest here", "certainty": "assumed" },
    "maximumWeightShift": {
      "value": 15, "certainty": "assumed",
      "source": "SANA-FE computes in doubles; the widest here",
    },
    "membraneBits": { "value": 32, "source": "SANA-FE computes in doubles; the widest here", "certainty": "assumed" },
    "accumulatorBits": {
      "value": 32, "certainty": "assumed",
      "source": "SANA-FE computes in doubles; the widest here",
    },
    "thresholdPerNeuron": { "value": true, "source": "SANA-FE keeps parameters per neuron", "certainty": "read" },
  },
  "limits": {
    "synapseMemoryBitsPerCore": null,
    "inputAxonsPerCore": null,
    "outputAxonsPerCore": null,
    "maximumDelay": {
      "value": 1, "certainty": "read",
      "source": "SANA-FE delivers in the tick of the spike; the neuron reads in the next",
    },
    // A convolution's weights are stored per synapse.
    "sharedConvolutionWeights": false,
  },
  "mesh": { "linkBufferMessages": 16, "linkHops": null },
  "energy": {
    "synapticOperation": { "value": "35.5 pJ", "source": "@sanafe, loihi_dense_synapse" },
    "convolutionOperation": { "value": "24 pJ", "source": "@sanafe, loihi_conv_synapse" },
    "identityOperation": { "value": "33.6 pJ", "source": "@sanafe, loihi_sparse_synapse" },
    "weightRead": { "includedIn": "synapticOperation", "source": "@sanafe" },
    "dendriteUpdate": "0 J",
    "neuronAccess": { "value": "51.2 pJ", "source": "@sanafe, energy_access_neuron" },
    "neuronUpdate": { "value": "21.6 pJ", "source": "@sanafe, energy_update_neuron" },
    "membraneRead": { "includedIn": "neuronAccess", "source": "@sanafe" },
    "membraneWrite": { "includedIn": "neuronUpdate", "source": "@sanafe" },
    "spike": { "value": "69.3 pJ", "source": "@sanafe, energy_spike_out" },
    "axonOut": { "value": "111 pJ", "source": "@sanafe, axon_out energy_message_out" },
    "axonIn": { "value": "0 J", "source": "@sanafe, axon_in energy_message_in" },
    "tileMessage": "0 J",
    "hopEast": "3 pJ",
    "hopWest": "3 pJ",
    "hopNorth": "4.2 pJ",
    "hopSouth": "4.2 pJ",
  },
  "time": {
    "synapticOperation": { "value": "3.8 ns", "source": "@sanafe, loihi_dense_synapse" },
    "convolutionOperation": { "value": "3.1 ns", "source": "@sanafe, loihi_conv_synapse" },
    "identityOperation": { "value": "4.7 ns", "source": "@sanafe, loihi_sparse_synapse" },
    "weightRead": { "includedIn": "synapticOperation", "source": "@sanafe" },
    "dendriteUpdate": "0 s",
    "neuronAccess": { "value": "6 ns", "source": "@sanafe, latency_access_neuron" },
    "neuronUpdate": { "value": "3.7 ns", "source": "@sanafe, latency_update_neuron" },
    "membraneRead": { "includedIn": "neuronAccess", "source": "@sanafe" },
    "membraneWrite": { "includedIn": "neuronUpdate", "source": "@sanafe" },
    "spike": { "value": "30 ns", "source": "@sanafe, latency_spike_out" },
    "axonOut": { "value": "5.1 ns", "source": "@sanafe, axon_out latency_message_out" },
    "axonIn": { "value": "16 ns", "source": "@sanafe, axon_in latency_message_in" },
    "tileMessage": "0 s",
    "hopEast": "4.1 ns",
    "hopWest": "4.1 ns",
    "hopNorth": "6.5 ns",
    "hopSouth": "6.5 ns",
    "barrier": {
      "value": [
        { "tiles": 1, "time": "0.6 us" }, { "tiles": 2, "time": "1 us" },
        { "tiles": 4, "time": "1.4 us" }, { "tiles": 29, "time": "1.8 us" },
      ],
      "source": "@sanafe, latency_sync",
    },
  },
}

"""#

  private static let loihi2 = #"""
// Intel Loihi 2. Little is published per operation, so the bill is mostly unknown.
{
  "format": "nmsim-chip/1",
  "name": "loihi2",
  "title": "Intel Loihi 2, 128 cores, up to 8,192 neurons each, graded spikes",
  "notes": [
    "No energy or time per operation is published: the bill names what is missing.",
    "Some sources say 120 cores; neurons share one memory with synapses, so few networks reach 8,192 a core.",
    "120 million synapses a chip are quoted; what a core's memory holds in bits is not published and not checked.",
  ],
  "sources": {
    "brief": "Intel, Taking neuromorphic computing to the next level with Loihi 2, technology brief, 2021",
    "open": "open-neuromorphic.org, Loihi 2",
  },
  "datapath": {
    "weightBits": { "value": 8, "source": "@brief", "certainty": "recalled" },
    "maximumWeightShift": { "value": 13, "source": "nmsim: as Loihi 1", "certainty": "assumed" },
    "membraneBits": { "value": 24, "source": "@open: microcoded state of 24 to 32 bits", "certainty": "secondhand" },
    "accumulatorBits": { "value": 24, "source": "nmsim: as wide as the membrane", "certainty": "assumed" },
    "spikePayloadBits": { "value": 32, "source": "@brief: graded spikes of up to 32 bits", "certainty": "read" },
    "thresholdPerNeuron": {
      "value": true, "certainty": "assumed",
      "source": "nmsim: neurons are microcode programs with their own parameters",
    },
  },
  "limits": {
    "coresPerChip": { "value": 128, "source": "@open", "certainty": "read" },
    "chips": { "value": 1152, "source": "Hala Point: 1,152 chips (Intel, 2024)", "certainty": "recalled" },
    "neuronsPerCore": { "value": 8192, "source": "@brief: up to 8,192", "certainty": "secondhand" },
    "inputAxonsPerCore": { "value": 4096, "source": "nmsim: as Loihi 1", "certainty": "assumed" },
    "outputAxonsPerCore": { "value": 4096, "source": "nmsim: as Loihi 1", "certainty": "assumed" },
    "maximumDelay": { "value": 62, "source": "nmsim: as Loihi 1", "certainty": "assumed" },
    "sharedConvolutionWeights": {
      "value": true, "certainty": "recalled",
      "source": "@brief: convolutional connectivity",
    },
  },
  "mesh": {
    "topology": "xy",
    "width": { "value": 8, "source": "nmsim: as Loihi 1", "certainty": "assumed" },
    "height": { "value": 4, "source": "nmsim: as Loihi 1", "certainty": "assumed" },
    "coresPerTile": { "value": 4, "source": "nmsim: as Loihi 1", "certainty": "assumed" },
    "linkHops": { "value": 8, "source": "nmsim: as for Loihi 1", "certainty": "assumed" },
    "multicast": { "value": false, "source": "nmsim: as Loihi 1", "certainty": "assumed" },
  },
  // "About 1 W" is quoted for a busy chip (open-neuromorphic.org): a total, not static power, so it is not used.
}

"""#

  private static let spinnaker1 = #"""
// SpiNNaker: a neuron is software on an ARM968.
{
  "format": "nmsim-chip/1",
  "name": "spinnaker1",
  "title": "SpiNNaker 1, software neurons on ARM968 cores, 130 nm",
  "notes": [
    "Limits are what its software usually uses, not what silicon forces.",
    "Chips form a torus of six links each; here they lie on a grid and a link is one hop.",
    "Synapses lie in 128 MB of SDRAM a chip, shared by its cores, so a core's synapse memory is not limited here.",
  ],
  "sources": {
    "furber2014": "S. Furber et al., The SpiNNaker project, Proc. IEEE 102(5), 2014",
    "hoppner2019": "S. Hoeppner et al., IEEE TCAS-I 66(8), 2019, as in KerasSpiking",
    "software": "sPyNNaker",
  },
  "datapath": {
    "weightBits": { "value": 16, "source": "@software: 16-bit weights", "certainty": "recalled" },
    "defaultWeightBits": { "value": 8, "source": "nmsim: the papers' 8 bits", "certainty": "assumed" },
    "maximumWeightShift": {
      "value": 15, "certainty": "assumed",
      "source": "nmsim: software shifts freely; weights have a common scale a population",
    },
    "membraneBits": { "value": 32, "source": "@furber2014: 32-bit fixed point in software", "certainty": "recalled" },
    "accumulatorBits": { "value": 32, "source": "nmsim: as the membrane", "certainty": "assumed" },
    "spikePayloadBits": {
      "value": 32, "certainty": "recalled",
      "source": "@furber2014: packets may carry 32 bits of payload",
    },
    "thresholdPerNeuron": { "value": true, "source": "@software: parameters per neuron", "certainty": "recalled" },
  },
  "limits": {
    "coresPerChip": { "value": 16, "source": "@furber2014: 18 cores, 16 for applications", "certainty": "recalled" },
    "chips": { "value": 48, "source": "@furber2014: a 48-chip board", "certainty": "recalled" },
    "neuronsPerCore": { "value": 256, "source": "@software: 256 a core is usual", "certainty": "recalled" },
    "maximumDelay": { "value": 16, "source": "@software: 16 ticks without delay cores", "certainty": "recalled" },
    "sharedConvolutionWeights": {
      "value": false, "certainty": "assumed",
      "source": "nmsim: synaptic rows list every synapse",
    },
  },
  "mesh": {
    // One tile a chip: its cores share a router.
    "topology": "xy",
    "width": { "value": 1, "source": "@furber2014: one router a chip", "certainty": "recalled" },
    "height": { "value": 1, "source": "@furber2014: one router a chip", "certainty": "recalled" },
    "coresPerTile": { "value": 16, "source": "@furber2014", "certainty": "recalled" },
    "chipColumns": { "value": 8, "source": "nmsim: the 48-chip board as 8 x 6", "certainty": "assumed" },
    "linkHops": { "value": 1, "source": "nmsim: chips are the network's nodes", "certainty": "assumed" },
    "multicast": { "value": true, "source": "@furber2014: multicast router", "certainty": "recalled" },
  },
  "energy": {
    "synapticOperation": { "value": "13.3 nJ", "source": "@hoppner2019", "certainty": "secondhand" },
    "weightRead": {
      "includedIn": "synapticOperation", "certainty": "assumed",
      "source": "@hoppner2019: whole-chip figures",
    },
    "dendriteUpdate": {
      "includedIn": "synapticOperation", "certainty": "assumed",
      "source": "@hoppner2019: whole-chip figures",
    },
    "neuronAccess": {
      "value": "26 nJ", "certainty": "secondhand",
      "source": "@hoppner2019, per neuron and time step",
    },
    "neuronUpdate": { "includedIn": "neuronAccess", "source": "@hoppner2019", "certainty": "assumed" },
    "membraneRead": { "includedIn": "neuronAccess", "source": "@hoppner2019", "certainty": "assumed" },
    "membraneWrite": { "includedIn": "neuronAccess", "source": "@hoppner2019", "certainty": "assumed" },
    // spike, axonOut, axonIn, tileMessage, link: not found apart.
  },
  "time": {
    "tick": { "value": "1 ms", "source": "@furber2014: real time", "certainty": "recalled" },
  },
  // "About 1 W a chip" is quoted for a busy chip: a total, not static power, so it is not used.
}

"""#

  private static let spinnaker2 = #"""
{
  "format": "nmsim-chip/1",
  "name": "spinnaker2",
  "title": "SpiNNaker 2, 152 ARM Cortex-M4F processing elements of 128 kB, 22 nm; energies of its 28 nm prototype",
  "extends": "spinnaker1",
  "notes": [
    "Energies were measured on a 28 nm prototype with dynamic voltage and frequency scaling, not on the final chip.",
    "The processing elements' matrix multipliers are not simulated.",
  ],
  "sources": {
    "hoppner2021": "S. Hoeppner et al., SpiNNaker 2 processing element, arXiv 2103.08392, 2021",
    "hoppner2019": "S. Hoeppner et al., IEEE TCAS-I 66(8), 2019, 28 nm prototype, as in KerasSpiking",
  },
  "datapath": {
    "weightBits": { "value": 16, "source": "8 or 16 bits in software", "certainty": "secondhand" },
  },
  "limits": {
    "coresPerChip": { "value": 152, "source": "@hoppner2021", "certainty": "read" },
    "chips": { "value": 48, "source": "a 48-chip board", "certainty": "recalled" },
    "neuronsPerCore": {
      "value": 1024, "certainty": "assumed",
      "source": "nmsim: what 128 kB hold beside programs and synapses, a guess",
    },
    "synapseMemoryBitsPerCore": {
      "value": 524288, "certainty": "assumed",
      "source": "nmsim: half of the 128 kB of a processing element",
    },
  },
  "mesh": {
    "width": {
      "value": 38, "certainty": "assumed",
      "source": "nmsim: four processing elements share a router; laid out in one row",
    },
    "height": {
      "value": 1, "certainty": "assumed",
      "source": "nmsim: four processing elements share a router; laid out in one row",
    },
    "coresPerTile": { "value": 4, "source": "@hoppner2021: quads of processing elements", "certainty": "recalled" },
  },
  "energy": {
    "synapticOperation": { "value": "450 pJ", "source": "@hoppner2019", "certainty": "secondhand" },
    "weightRead": { "includedIn": "synapticOperation", "source": "@hoppner2019", "certainty": "assumed" },
    "dendriteUpdate": { "includedIn": "synapticOperation", "source": "@hoppner2019", "certainty": "assumed" },
    "neuronAccess": {
      "value": "2.19 nJ", "certainty": "secondhand",
      "source": "@hoppner2019, per neuron and time step",
    },
    "neuronUpdate": { "includedIn": "neuronAccess", "source": "@hoppner2019", "certainty": "assumed" },
    "membraneRead": { "includedIn": "neuronAccess", "source": "@hoppner2019", "certainty": "assumed" },
    "membraneWrite": { "includedIn": "neuronAccess", "source": "@hoppner2019", "certainty": "assumed" },
  },
}

"""#

  private static let dynapcnn = #"""
// SynSense DYNAP-CNN, the processor inside Speck: nine cores, each running one convolutional layer.
{
  "format": "nmsim-chip/1",
  "name": "dynapcnn",
  "title": "SynSense DYNAP-CNN / Speck, nine convolution cores, asynchronous",
  "notes": [
    "Asynchronous: the chip has no tick. A tick here is the simulator's, and no time per operation is published.",
    "A core runs convolution, neurons and sum pooling of one layer; a layer that does not fit one core does not fit.",
    "Kernel memory is addressed in powers of two, which takes more than the weights themselves; not counted here.",
    "Neuron potentials have a lower limit on the chip that can be set; here they saturate at 16 bits.",
  ],
  "sources": {
    "sinabs": "sinabs documentation, speck/overview",
    "table": "sinabs documentation, figure of memory constraints by core; the sum equals the published 0.32 M neurons",
    "yao2024": "M. Yao et al., Spike-based dynamic computing (Speck), Nature Communications 15, 4464, 2024",
  },
  "datapath": {
    "weightBits": { "value": 8, "source": "@sinabs", "certainty": "read" },
    "maximumWeightShift": { "value": 0, "source": "nmsim: none is described", "certainty": "assumed" },
    "membraneBits": { "value": 16, "source": "@sinabs", "certainty": "read" },
    "accumulatorBits": {
      "value": 16, "certainty": "assumed",
      "source": "nmsim: events are added to the 16-bit state one by one",
    },
    "spikePayloadBits": { "value": 0, "source": "@sinabs: events", "certainty": "read" },
    "thresholdPerNeuron": { "value": false, "source": "nmsim: one threshold a layer", "certainty": "assumed" },
    "neuronModels": {
      "value": ["if", "lif", "accumulator"], "certainty": "assumed",
      "source": "@sinabs: integrate-and-fire with a leak operation; potentials can be read back",
    },
  },
  "limits": {
    "coresPerChip": { "value": 9, "source": "@sinabs", "certainty": "read" },
    "chips": { "value": 1, "source": "@sinabs: one device", "certainty": "read" },
    "neuronsPerCore": { "value": 65536, "source": "@table, the largest core", "certainty": "recalled" },
    "synapseMemoryBitsPerCore": {
      "value": 524288, "certainty": "recalled",
      "source": "@table, the largest core: 64 Ki weights of 8 bits",
    },
    "destinationsPerNeuron": { "value": 2, "source": "@sinabs: fan-out 2", "certainty": "read" },
    "maximumDelay": { "value": 1, "source": "nmsim: no delays are described", "certainty": "assumed" },
    "sharedConvolutionWeights": { "value": true, "source": "@sinabs", "certainty": "read" },
    "convolutionCore": {
      "value": {
        "maximumKernel": 16, "strides": [1, 2, 4, 8], "maximumPadding": 7, "poolSizes": [1, 2, 4],
        "maximumChannels": 1024, "maximumInputSide": 128, "maximumOutputSide": 64, "fanOutLayers": 2,
      },
      "source": "@sinabs", "certainty": "read",
    },
    "coreTypes": {
      "value": [
        { "count": 3, "neurons": 65536, "synapseMemoryBits": 131072 },
        { "count": 2, "neurons": 32768, "synapseMemoryBits": 262144 },
        { "count": 2, "neurons": 16384, "synapseMemoryBits": 524288 },
        { "count": 2, "neurons": 16384, "synapseMemoryBits": 131072 },
      ],
      "source": "@table", "certainty": "recalled",
    },
  },
  "mesh": {
    // One router joins the nine cores.
    "topology": "xy",
    "width": { "value": 1, "source": "nmsim: one router for all cores", "certainty": "assumed" },
    "height": { "value": 1, "source": "nmsim: one router for all cores", "certainty": "assumed" },
    "coresPerTile": { "value": 9, "source": "@sinabs", "certainty": "read" },
    "multicast": { "value": false, "source": "@sinabs: up to two destinations, an event each", "certainty": "read" },
  },
  // energy: not found per operation.
  "power": {
    "perChip": { "value": "0.42 mW", "source": "@yao2024: resting power of the processor", "certainty": "read" },
  },
}

"""#

  private static let odin = #"""
// ODIN: one crossbar core.
{
  "format": "nmsim-chip/1",
  "name": "odin",
  "title": "ODIN, one 256-neuron crossbar core, 28 nm FDSOI",
  "notes": [
    "The sign of a weight belongs to the source neuron on the chip; here each weight has its own.",
    "Potentials are unsigned on the chip; here they are two's complement of the same width.",
    "12.7 pJ are the least, at 0.55 V; learning and the phenomenological neuron are not simulated.",
  ],
  "sources": {
    "frenkel2018": "C. Frenkel et al., A 0.086-mm2 12.7-pJ/SOP processor, IEEE TBioCAS 13(1), 2019",
    "rtl": "ODIN, src/lif_neuron.v",
  },
  "datapath": {
    "weightBits": { "value": 4, "source": "@rtl: 3 bits and a sign", "certainty": "read" },
    "maximumWeightShift": { "value": 0, "source": "@rtl", "certainty": "read" },
    "membraneBits": { "value": 8, "source": "@rtl: 8-bit state", "certainty": "read" },
    "accumulatorBits": {
      "value": 8, "certainty": "assumed",
      "source": "nmsim: events are added to the 8-bit state one by one",
    },
    "spikePayloadBits": { "value": 0, "source": "@frenkel2018", "certainty": "read" },
    "thresholdPerNeuron": {
      "value": true, "certainty": "read",
      "source": "@rtl: the threshold is a parameter of the neuron",
    },
    "neuronModels": {
      "value": ["if", "lif", "accumulator"], "certainty": "read",
      "source": "@rtl: leaky integrate-and-fire",
    },
  },
  "limits": {
    "coresPerChip": { "value": 1, "source": "@frenkel2018", "certainty": "read" },
    "chips": { "value": 1, "source": "@frenkel2018", "certainty": "read" },
    "neuronsPerCore": { "value": 256, "source": "@frenkel2018", "certainty": "read" },
    "synapseMemoryBitsPerCore": {
      "value": 262144, "certainty": "read",
      "source": "@frenkel2018: 64k synapses of 4 bits",
    },
    "bitsPerSynapse": { "value": 4, "source": "@frenkel2018: 3 + 1 bit", "certainty": "read" },
    "inputAxonsPerCore": { "value": 256, "source": "@frenkel2018: 256 x 256 crossbar", "certainty": "read" },
    "fanInPerNeuron": { "value": 256, "source": "@frenkel2018: 256 x 256 crossbar", "certainty": "read" },
    "maximumDelay": { "value": 1, "source": "nmsim: no delays are described", "certainty": "assumed" },
    "sharedConvolutionWeights": { "value": false, "source": "@frenkel2018", "certainty": "read" },
    "crossbar": {
      "value": { "axons": 256, "axonTypes": 0, "binary": false }, "certainty": "read",
      "source": "@frenkel2018",
    },
  },
  "energy": {
    "synapticOperation": {
      "value": "12.7 pJ", "certainty": "read",
      "source": "@frenkel2018: least energy per synaptic operation, 0.55 V",
    },
    "weightRead": {
      "includedIn": "synapticOperation", "certainty": "assumed",
      "source": "@frenkel2018: whole-chip energy over operations",
    },
    "dendriteUpdate": {
      "includedIn": "synapticOperation", "certainty": "assumed",
      "source": "@frenkel2018: whole-chip energy over operations",
    },
    "membraneRead": {
      "includedIn": "synapticOperation", "certainty": "assumed",
      "source": "@frenkel2018: neurons are updated per event",
    },
    "membraneWrite": {
      "includedIn": "synapticOperation", "certainty": "assumed",
      "source": "@frenkel2018: neurons are updated per event",
    },
    // Published power runs from 30 uW to 1 mW with activity: no static share is known.
  },
}

"""#
}
