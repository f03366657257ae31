/// One change to the base network each, and the whole message that it gives.
extension NetworkErrorTests {
  static let textCases: [Case] = [
    Case(#""name": "base""#, #""nam": "base""#, #"line 3, column 3: unknown key 'nam'; did you mean 'name'?"#),
    Case(
      #""name": "base","#,
      #""name": "base", "comment": "mine","#,
      #"line 3, column 19: unknown key 'comment'; remove it"#),
    Case(
      #"nmsim-network/1"#,
      #"nmsim-network/2"#,
      #"line 2, column 13: format: not a network of this version; expected "nmsim-network/1", as 'nmsim convert' writes it"#),
    Case(
      #""shape": [2, 4, 4]"#,
      #""shape": "2x4x4""#,
      #"line 6, column 28: populations[0].shape: expected an array, found the string '2x4x4'"#),
    Case(
      #""shape": [2, 4, 4]"#,
      #""shape": [2, 4.5, 4]"#,
      #"line 6, column 32: populations[0].shape[1]: expected an integer, found 4.5"#),
    Case(
      #""threshold": [1, 2]"#,
      #""treshold": [1, 2]"#,
      #"line 6, column 65: populations[0].neuron: unknown key 'treshold'; did you mean 'threshold'?"#),
    Case(
      #""threshold": [1, 2]"#,
      #""threshold": [1, "infinit"]"#,
      #"line 6, column 82: populations[0].neuron.threshold[1]: unknown value 'infinit'; did you mean 'infinity'?"#),
    Case(
      #""threshold": [1, 2]"#,
      #""threshold": []"#,
      #"line 6, column 78: populations[0].neuron.threshold: the list is empty; write at least one number"#),
    Case(
      #""bias": [0, 0.5]"#,
      #""bias": "infinity""#,
      #"line 6, column 95: populations[0].bias: expected a number, found the string 'infinity'"#),
    Case(
      #""bias": [0, 0.5]"#,
      #""bias": {"tensor": "a.bias"}"#,
      #"line 6, column 95: population 'a': bias refers to the tensor 'a.bias', but there is no tensor file; add"#,
      #" "tensors": "FILE""#),
    Case(
      #""bias": [0, 0.5]"#,
      #""bias": {"tensr": "a.bias"}"#,
      #"line 6, column 96: populations[0].bias: unknown key 'tensr'; did you mean 'tensor'?"#),
    Case(
      #""bias": [0, 0.5]"#,
      #""bias": null"#,
      #"line 6, column 95: populations[0].bias: expected a number, found null"#),
    Case(
      #""model": "if""#,
      #""model": "lift""#,
      #"line 6, column 59: populations[0].neuron.model: unknown value 'lift'; did you mean 'lif'?"#),
    Case(
      #""model": "if""#,
      #""model": "if", "reset": "medium""#,
      #"line 6, column 74: populations[0].neuron.reset: unknown value 'medium'; expected one of soft, hard"#),
    Case(
      #""model": "if""#,
      #""model": "if", "strict": 1"#,
      #"line 6, column 75: populations[0].neuron.strict: expected true or false, found 1"#),
    Case(
      #""kind": "identity""#,
      #""kind": "residual""#,
      #"line 13, column 51: projections[1].kind: unknown value 'residual'; expected one of dense, conv2d,"#,
      #" identity"#),
    Case(
      #""kernel": 2"#,
      #""kernel": [2, 2, 2]"#,
      #"line 13, column 101: projections[1].pool.kernel: expected 2 elements, found 3"#),
    Case(
      #""padding": [0, 1, 0, 0]"#,
      #""padding": [1, 2, 3]"#,
      #"line 12, column 43: projections[0].padding: expected 2 elements [y, x] or 4 elements [top, left,"#,
      #" bottom, right], found 3"#),
    Case(
      #"[1, 2, 3, 4, 5, 6, 7, 8]]}"#,
      #"[1, 2, 3, 4, 5, 6, 7]]}"#,
      #"line 15, column 33: projections[2].weights[2]: expected 8 elements, found 7"#),
    Case(
      #"[1, 2, 3, 4, 5, 6, 7, 8]]}"#,
      #"[1, 2, 3, 4, 5, 6, 7, [8]]]}"#,
      #"line 15, column 55: projections[2].weights[2][7]: expected a number, found an array"#),
    Case(
      #"[[1, 2, 3, 4, 5, 6, 7, 8],\#n      [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8]]"#,
      #"[[], []]"#,
      #"line 14, column 73: projections[2].weights: there is an empty array among the weights; write at least"#,
      #" one number in each"#),
    Case(
      #"[[1, 2, 3, 4, 5, 6, 7, 8],\#n      [1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 3, 4, 5, 6, 7, 8]]"#,
      #"[[[[[1]]]]]"#,
      #"line 14, column 73: projections[2].weights: the arrays are nested 5 deep; weights have at most 4"#,
      #" dimensions"#),
    Case(
      #""values": [1, 2, 3, 4]"#,
      #""values": [1, 2, 3]"#,
      #"line 12, column 17: projections[0].weights.values: expected 4 elements, found 3"#),
    Case(
      #""values": [1, 2, 3, 4]"#,
      #""values": [1, 2, 3, 1e39]"#,
      #"line 12, column 17: projections[0].weights.values[3]: 1e+39 is out of range; expected a number that F32"#,
      #" can hold"#),
    Case(
      #""type": "F32""#,
      #""type": "F16""#,
      #"line 11, column 85: projections[0].weights.type: type 'F16' is not one of I8, I16, I32 and F32"#),
    Case(
      #""F32", "shape": [2, 1, 1, 2],\#n      "values": [1, 2, 3, 4]"#,
      #""I8", "shape": [2, 1, 1, 2],\#n      "values": [1, 2, 3, 128]"#,
      #"line 12, column 27: projections[0].weights.values[3]: 128 is out of range; expected an integer from"#,
      #" -128 to 127"#),
    Case(
      #""shape": [2, 1, 1, 2]"#,
      #""shape": [2147483647, 1073741824, 1073741824, 2]"#,
      #"line 11, column 102: projections[0].weights.shape[0]: 2147483647 is out of range; expected an integer"#,
      #" from 1 to 1073741824"#),
    Case(
      #""shape": [2, 1, 1, 2]"#,
      #""shape": [1073741824, 1073741824, 1073741824, 2]"#,
      #"line 11, column 101: projections[0].weights.shape: the shape has more than 1,073,741,824 elements"#),
    Case(
      #""name": "base","#,
      #""name": "base", "tensors": "../net.safetensors","#,
      #"line 3, column 30: tensors: the tensor file '../net.safetensors' is not a plain path below the"#,
      #" network's folder; put it beside the network and write its name"#),
    Case(
      #""name": "base","#,
      #""name": "base", "tensors": "/tmp/net.safetensors","#,
      #"line 3, column 30: tensors: the tensor file '/tmp/net.safetensors' is not a plain path below the"#,
      #" network's folder; put it beside the network and write its name"#),
    Case(
      #""method": "by hand""#,
      #""method": ["by hand"]"#,
      #"line 19, column 28: provenance.method: provenance values are strings, numbers, true or false"#),
    Case(#""method": "by hand""#, #""steps": 4"#, #"line 19, column 30: duplicate key 'steps'; remove one of the two"#),
    Case(
      #""readout": "potential""#,
      #""readout": "potentials""#,
      #"line 17, column 46: output.readout: unknown value 'potentials'; did you mean 'potential'?"#),
    Case(#"true}"#, #"tru}"#, #"line 19, column 62: expected a value, found 'tru'"#),
    Case(
      #""type": "F32""#,
      #""typ": "F32""#,
      #"line 11, column 77: projections[0].weights: unknown key 'typ'; did you mean 'type'?"#),
    Case(
      #""population": "out""#,
      #""populaton": "out""#,
      #"line 17, column 14: output: unknown key 'populaton'; did you mean 'population'?"#),
    Case(#""kind": "identity", "#, #""#, #"line 13, column 5: projections[1]: missing key 'kind'"#),
  ]

  static let nameCases: [Case] = [
    Case(
      #""name": "base""#,
      #""name": "a\nb""#,
      #"line 3, column 11: network: the name has control characters; choose a short printable name"#),
    Case(
      #""name": "b", "shape""#,
      #""name": "a", "shape""#,
      #"line 7, column 14: population 'a': the name is used by populations[0] and populations[1]; rename one of"#,
      #" them"#),
    Case(
      #""name": "b", "shape""#,
      #""name": "", "shape""#,
      #"line 7, column 14: populations[1]: the name is empty; give each population and projection a name of its"#,
      #" own"#),
    Case(
      #""name": "b", "shape""#,
      #""name": "input", "shape""#,
      #"line 7, column 14: population 'input': the name 'input' is reserved for the network's input; rename the"#,
      #" population"#),
    Case(
      #""name": "q""#,
      #""name": "p""#,
      #"line 13, column 14: projection 'p': the name is used by projections[0] and projections[1]; rename one"#,
      #" of them"#),
    Case(
      #""name": "q""#,
      #""name": """#,
      #"line 13, column 14: projections[1]: the name is empty; give each population and projection a name of"#,
      #" its own"#),
    Case(
      #""from": "a""#,
      #""from": "A""#,
      #"line 13, column 27: projection 'q': 'from' names the population 'A', which does not exist; did you mean"#,
      #" 'a'?"#),
    Case(
      #""from": "a""#,
      #""from": "hidden""#,
      #"line 13, column 27: projection 'q': 'from' names the population 'hidden', which does not exist; name a"#,
      #" population of this file"#),
    Case(
      #""to": "out""#,
      #""to": "outt""#,
      #"line 14, column 38: projection 'r': 'to' names the population 'outt', which does not exist; did you"#,
      #" mean 'out'?"#),
    Case(
      #""to": "out""#,
      #""to": "input""#,
      #"line 14, column 38: projection 'r': 'to' is 'input'; the input receives nothing, name a population"#),
    Case(
      #""from": "a", "to": "b""#,
      #""from": "a", "to": "a""#,
      #"line 7, column 5: population 'b': nothing leads to it and it has no bias; add a projection or remove it"#
    ),
    Case(
      #""to": "b", "kind": "identity", "pool": {"kind": "average", "kernel": 2}"#,
      #""to": "out", "kind": "dense""#,
      #"line 7, column 5: population 'b': nothing leads to it and it has no bias; add a projection or remove it"#
    ),
    Case(
      #""from": "a", "to": "b""#,
      #""from": "out", "to": "b""#,
      #"line 13, column 27: projection 'q': the source 'out' is an accumulator, which never fires; start from a"#,
      #" spiking population"#),
    Case(
      #"{"population": "out""#,
      #"{"population": "uot""#,
      #"line 17, column 28: output: 'population' names the population 'uot', which does not exist; did you mean"#,
      #" 'out'?"#),
    Case(
      #"{"population": "out", "readout": "potential"}"#,
      #"{"population": "out", "readout": "spikes"}"#,
      #"line 17, column 46: output: readout is spikes, but 'out' is an accumulator, which never fires; use"#,
      #" "potential""#),
    Case(
      #""accuracy": 0.9"#,
      #""accuracy": 99.75"#,
      #"line 18, column 23: ann: accuracy is 99.75; write a fraction of 1, from 0 to 1"#),
    Case(
      #""parameters": 28"#,
      #""parameters": -28"#,
      #"line 18, column 42: ann: parameters is -28; write a whole number of at least 0"#),
    Case(
      #""shape": [1, 4, 4], "#,
      #""shape": [1, 4, 4], "labels": "y.npy", "#,
      #"line 4, column 12: input: there are labels but no images; add images or remove labels"#),
    Case(
      #""shape": [1, 4, 4], "#,
      #""shape": [1, 4, 4], "images": "", "#,
      #"line 4, column 62: input: images is empty; name a file or remove the key"#),
  ]

  static let neuronCases: [Case] = [
    Case(
      #""threshold": [1, 2]"#,
      #""threshold": [1, 2, 3]"#,
      #"line 6, column 78: population 'a': threshold has 3 values; it takes 1, 2 (one a channel) or 32 (one a"#,
      #" neuron)"#),
    Case(
      #""threshold": [1, 2]"#,
      #""threshold": [1, 0]"#,
      #"line 6, column 78: population 'a': threshold[1] is 0; write a number above 0 or "infinity""#),
    Case(
      #""threshold": [1, 2]"#,
      #""threshold": -1"#,
      #"line 6, column 78: population 'a': threshold is -1; write a number above 0 or "infinity""#),
    Case(
      #""threshold": [1, 2]"#,
      #""threshold": 1, "negativeThreshold": -1"#,
      #"line 6, column 102: population 'a': negativeThreshold is not for model 'if', only for augmented,"#,
      #" ternary and signed; remove it"#),
    Case(
      #""model": "if", "#,
      #""model": "ternary", "negativeThreshold": 0, "#,
      #"line 6, column 91: population 'a': negativeThreshold is 0; write a finite number below 0"#),
    Case(
      #""model": "if", "threshold": [1, 2]"#,
      #""model": "augmented", "negativeThreshold": -1, "threshold": [1, "infinity"]"#,
      #"line 6, column 5: population 'a': the threshold is infinite and there is a negativeThreshold, so what a"#,
      #" spike is worth is open; add spikeValue"#),
    Case(
      #""model": "if""#,
      #""model": "augmented", "maximumPayload": 0"#,
      #"line 6, column 90: populations[0].neuron.maximumPayload: 0 is out of range; expected an integer from 1 to 2147483647"#),
    Case(
      #""model": "if""#,
      #""model": "if", "maximumPayload": 3"#,
      #"line 6, column 83: population 'a': maximumPayload is not for model 'if', only for augmented; remove it"#),
    Case(
      #""model": "if", "threshold": [1, 2]"#,
      #""model": "if""#,
      #"line 6, column 5: population 'a': threshold is missing; model 'if' needs it"#),
    Case(
      #""model": "if""#,
      #""model": "phase""#,
      #"line 6, column 5: population 'a': period is missing; model 'phase' needs it"#),
    Case(
      #""model": "if""#,
      #""model": "phase", "period": 17"#,
      #"line 6, column 78: populations[0].neuron.period: 17 is out of range; expected an integer from 1 to 16"#),
    Case(
      #""model": "if""#,
      #""model": "phase", "period": 8, "strict": true"#,
      #"line 6, column 91: population 'a': strict is not for model 'phase', only for if and lif; remove it"#),
    Case(
      #""model": "if""#,
      #""model": "bistable", "period": 8, "reset": "hard""#,
      #"line 6, column 93: population 'a': reset is not for model 'bistable', only for if, phase, lif and cuba; remove"#,
      #" it"#),
    Case(
      #""model": "if""#,
      #""model": "phase", "period": 8"#,
      #"line 7, column 5: population 'b': its rate code does not match the phase code of its source 'a'; use"#,
      #" one code"#),
    Case(
      #""model": "lif", "threshold": 1, "leakShift": 4"#,
      #""model": "phase", "threshold": 1, "period": 8"#,
      #"line 7, column 5: population 'b': its phase code does not match the rate code of its source 'a'; use"#,
      #" one code"#),
    Case(
      #""leakShift": 4"#,
      #""leakShift": 0"#,
      #"line 7, column 95: populations[1].neuron.leakShift: 0 is out of range; expected an integer from 1 to 31"#),
    Case(#", "leakShift": 4"#, #""#, #"line 7, column 5: population 'b': leakShift is missing; model 'lif' needs it"#),
    Case(
      #""model": "accumulator""#,
      #""model": "accumulator", "threshold": 1"#,
      #"line 8, column 83: population 'out': threshold is not for model 'accumulator', only for if, augmented,"#,
      #" ternary, phase, bistable, lif, signed, cuba and switch; remove it"#),
    Case(
      #""model": "accumulator""#,
      #""model": "accumulator", "initial": [1, 2]"#,
      #"line 8, column 81: population 'out': initial has 2 values; it takes 1 or 3 (one a neuron)"#),
    Case(
      #""model": "if", "threshold": [1, 2]"#,
      #""model": "if", "threshold": [1, 2], "period": 4"#,
      #"line 6, column 96: population 'a': period is not for model 'if', only for phase and bistable; remove it"#),
    Case(
      #""scale": 0.5"#,
      #""scale": 0"#,
      #"line 4, column 79: input: preprocessing.scale is 0; write a finite number other than 0"#),
    Case(
      #""scale": 0.5"#,
      #""std": [0.5, 0.5]"#,
      #"line 4, column 77: input: preprocessing.std has 2 values; it takes 1"#),
    Case(
      #""scale": 0.5"#,
      #""std": [0]"#,
      #"line 4, column 77: input: preprocessing.std[0] is 0; write a finite number above 0"#),
    Case(
      #""preprocessing": {"scale": 0.5}"#,
      #""range": [1, 0]"#,
      #"line 4, column 61: input: range[1] is 0; write the lowest value first, here 1"#),
    Case(
      #""preprocessing": {"scale": 0.5}"#,
      #""range": [0, 1, 2]"#,
      #"line 4, column 61: input.range: expected 2 elements, found 3"#),
  ]

  static let shapeCases: [Case] = [
    Case(
      #""shape": [1, 4, 4]"#,
      #""shape": [4, 4]"#,
      #"line 4, column 41: input: shape [4, 4] has 2 dimensions; write [channels, height, width] or [neurons]"#),
    Case(
      #""shape": [1, 4, 4]"#,
      #""shape": [1, 4, 0]"#,
      #"line 4, column 41: input: shape [1, 4, 0] has a dimension below 1; each is at least 1"#),
    Case(
      #""shape": [3], "neuron""#,
      #""shape": [8193, 8192], "neuron""#,
      #"line 8, column 30: population 'out': shape [8193, 8192] has 2 dimensions; write [channels, height,"#,
      #" width] or [neurons]"#),
    Case(
      #""shape": [3], "neuron""#,
      #""shape": [1, 8193, 8192], "neuron""#,
      #"line 8, column 30: population 'out': 67,117,056 neurons, at most 67,108,864 are supported; split it"#),
    Case(
      #""shape": [3], "neuron""#,
      #""shape": [4], "neuron""#,
      #"line 14, column 73: projection 'r': weights have shape [3, 8]; dense from 8 values to 4 neurons needs"#,
      #" [4, 8]"#),
    Case(
      #""shape": [2, 4, 4], "neuron""#,
      #""shape": [2, 5, 4], "neuron""#,
      #"line 11, column 5: projection 'p': the convolution gives [2, 4, 4], population 'a' has [2, 5, 4];"#,
      #" change its shape or the kernel, stride, padding or dilation"#),
    Case(
      #""shape": [2, 4, 4], "neuron": {"model": "if", "threshold": [1, 2]}, "bias": [0, 0.5]"#,
      #""shape": [3, 4, 4], "neuron": {"model": "if", "threshold": 1}"#,
      #"line 11, column 76: projection 'p': weights have shape [2, 1, 1, 2]; conv2d from 1 to 3 channels needs"#,
      #" [3, 1, 1, 2]"#),
    Case(
      #""shape": [2, 2, 2], "neuron""#,
      #""shape": [2, 4, 4], "neuron""#,
      #"line 13, column 5: projection 'q': the source gives [2, 2, 2], the target has [2, 4, 4]; identity needs"#,
      #" equal shapes"#),
    Case(
      #""padding": [0, 1, 0, 0]"#,
      #""padding": [0, 1, 0, 0], "dilation": 6"#,
      #"line 11, column 5: projection 'p': kernel [1, 2] does not fit into [1, 4, 4] with padding [0, 1, 0, 0];"#,
      #" use a smaller kernel or more padding"#),
    Case(
      #""padding": [0, 1, 0, 0]"#,
      #""padding": [0, 1, 0, 0], "stride": 0"#,
      #"line 12, column 67: projection 'p': stride is 0; write a whole number from 1 to 4096"#),
    Case(
      #""padding": [0, 1, 0, 0]"#,
      #""padding": [0, 1, 0, 0], "groups": 2"#,
      #"line 12, column 67: projection 'p': groups is 2, which does not divide both 1 source channels and 2"#,
      #" target channels"#),
    Case(
      #""padding": [0, 1, 0, 0]"#,
      #""padding": [0, 1, 0, 0], "delay": 1"#,
      #"line 12, column 66: projection 'p': delay does not apply to an input of currents, which flow from"#,
      #" the first step on; remove it"#),
    Case(
      #""kind": "identity""#,
      #""kind": "identity", "delay": 65536"#,
      #"line 13, column 72: projection 'q': delay is 65536; write a whole number from 1 to 65535"#),
    Case(
      #""kind": "identity""#,
      #""kind": "identity", "stride": 2"#,
      #"line 13, column 73: projection 'q': stride is not for identity, only for conv2d; remove it"#),
    Case(
      #""kind": "identity""#,
      #""kind": "identity", "weights": [1, 2, 3]"#,
      #"line 13, column 74: projection 'q': weights have shape [3]; identity takes one number or [2], one a"#,
      #" channel"#),
    Case(
      #""kind": "identity""#,
      #""kind": "dense""#,
      #"line 13, column 5: projection 'q': there are no weights; dense needs them, add "weights""#),
    Case(
      #""kernel": 2"#,
      #""kernel": 5"#,
      #"line 13, column 101: projection 'q': pool.kernel [5, 5] does not fit into [2, 4, 4] with padding [0, 0,"#,
      #" 0, 0]; use a smaller kernel or more padding"#),
    Case(
      #""kernel": 2"#,
      #""kernel": 2, "padding": 2"#,
      #"line 13, column 71: projection 'q': pool.padding 2 is not smaller than the kernel's 2, so a window"#,
      #" could lie outside the source; lower the padding"#),
    Case(
      #""kernel": 2"#,
      #""kernel": 2, "stride": 4097"#,
      #"line 13, column 114: projection 'q': pool.stride is 4097; write a whole number from 1 to 4096"#),
    Case(
      #""kind": "dense", "#,
      #""kind": "conv2d", "#,
      #"line 14, column 74: projection 'r': weights have shape [3, 8]; conv2d needs [outputChannels,"#,
      #" inputChannels / groups, height, width]"#),
    Case(
      #"{"name": "q""#,
      #"{"name": "q2", "from": "a", "to": "b", "kind": "conv2d", "weights": {"type": "I8", "shape": [2, 2, 1, 1],\#n      "values": [1, 2, 3, 4]}, "stride": 2},\#n    {"name": "q3", "from": "a", "to": "b", "kind": "identity", "weights": 1, "pool": {"kind": "max", "kernel": 2}},\#n    {"name": "q""#,
      #"line 15, column 5: projection 'q3': real weights, but projection 'q2' into the same population has"#,
      #" integer ones; give both the same kind"#),
  ]
}
