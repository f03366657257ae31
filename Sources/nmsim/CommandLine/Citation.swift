/// A publication that a method, an energy model or a chip's constant comes from, for the bibliography of a paper.
struct Citation: Sendable {
  /// As nmsim's tables and files name it: `Diehl et al. 2015`.
  var name: String
  /// What comes from it.
  var use: String
  var authors: String
  var title: String
  /// Where it appeared, with volume and pages.
  var venue: String
  var year: Int
  var doi: String?
  /// Of arXiv, where it appeared nowhere else.
  var arXiv: String?
  /// Behind the year, of the second of one first author and year.
  var letter: String

  init(
    _ name: String, _ year: Int, use: String, authors: String, title: String, venue: String, doi: String? = nil,
    arXiv: String? = nil, letter: String = ""
  ) {
    (self.name, self.year, self.use, self.letter) = (name, year, use, letter)
    (self.authors, self.title, self.venue, self.doi, self.arXiv) = (authors, title, venue, doi, arXiv)
  }

  /// `diehl2015`
  var key: String {
    let first = name.prefix { $0.isLetter }.lowercased()
    return "\(first)\(year)\(letter)"
  }

  /// Its BibTeX entry, in lines of at most `width` columns.
  func bibTeX(width: Int) -> String {
    let isMeeting = ["IJCNN", "CVPR", "ICLR", "ISSCC", "CICC", "IJCAI", "ICONIP", "NICE", "ICML", "AAAI", "ECCV"].contains {
      venue.hasPrefix($0)
    }
    let fields: [(name: String, value: String?)] = [
      ("author", authors), ("title", "{\(title)}"), (isMeeting ? "booktitle" : "journal", venue), ("year", "\(year)"),
      ("doi", doi), ("eprint", arXiv), ("archiveprefix", arXiv == nil ? nil : "arXiv"),
    ]
    var lines = ["% \(use)", "@\(isMeeting ? "inproceedings" : "article"){\(key),"]
    for field in fields {
      guard let value = field.value else { continue }
      var line = "  \(field.name) = {"
      for (index, word) in value.split(separator: " ").enumerated() {
        if index > 0, line.count + word.count + 3 > width {
          lines.append(line)
          line = "    "
        } else if index > 0 {
          line += " "
        }
        line += word
      }
      lines.append(line + "},")
    }
    return (lines + ["}"]).joined(separator: "\n") + "\n"
  }

  /// By name.
  static let all: [Citation] = [
    Citation(
      "Akopyan et al. 2015", 2015, use: "chip truenorth",
      authors: "Akopyan, Filipp and Sawada, Jun and Cassidy, Andrew and others",
      title: "TrueNorth: Design and Tool Flow of a 65 mW 1 Million Neuron Programmable Neurosynaptic Chip",
      venue: "IEEE Transactions on Computer-Aided Design of Integrated Circuits and Systems 34(10), 1537-1557",
      doi: "10.1109/TCAD.2015.2474396"),
    Citation(
      "Bu et al. 2022", 2022, use: "methods mmse, trained",
      authors: "Bu, Tong and Fang, Wei and Ding, Jianhao and Dai, PengLin and Yu, Zhaofei and Huang, Tiejun",
      title: "Optimal ANN-SNN Conversion for High-accuracy and Ultra-low-latency Spiking Neural Networks", venue: "ICLR"),
    Citation(
      "Davies et al. 2018", 2018, use: "chip loihi",
      authors: "Davies, Mike and Srinivasa, Narayan and Lin, Tsung-Han and others",
      title: "Loihi: A Neuromorphic Manycore Processor with On-Chip Learning", venue: "IEEE Micro 38(1), 82-99",
      doi: "10.1109/MM.2018.112130359"),
    Citation(
      "Diehl et al. 2015", 2015, use: "method max-norm",
      authors: "Diehl, Peter U. and Neil, Daniel and Binas, Jonathan and Cook, Matthew and Liu, Shih-Chii and Pfeiffer, Michael",
      title: "Fast-classifying, high-accuracy spiking deep networks through weight and threshold balancing",
      venue: "IJCNN, 1-8", doi: "10.1109/IJCNN.2015.7280696"),
    Citation(
      "Ding et al. 2021", 2021, use: "method rate-norm, energy model spike, K curves",
      authors: "Ding, Jianhao and Yu, Zhaofei and Tian, Yonghong and Huang, Tiejun",
      title: "Optimal ANN-SNN Conversion for Fast and Accurate Inference in Deep Spiking Neural Networks",
      venue: "IJCAI, 2328-2336", doi: "10.24963/ijcai.2021/321"),
    Citation(
      "Frenkel et al. 2019", 2019, use: "chip odin",
      authors: "Frenkel, Charlotte and Lefebvre, Martin and Legat, Jean-Didier and Bol, David",
      title: "A 0.086-mm2 12.7-pJ/SOP 64k-Synapse 256-Neuron Online-Learning Digital Spiking Neuromorphic Processor in 28-nm CMOS",
      venue: "IEEE Transactions on Biomedical Circuits and Systems 13(1), 145-158", doi: "10.1109/TBCAS.2018.2880425"),
    Citation(
      "Furber et al. 2014", 2014, use: "chip spinnaker1",
      authors: "Furber, Steve B. and Galluppi, Francesco and Temple, Steve and Plana, Luis A.",
      title: "The SpiNNaker Project", venue: "Proceedings of the IEEE 102(5), 652-665", doi: "10.1109/JPROC.2014.2304638"),
    Citation(
      "Han et al. 2020", 2020, use: "method rmp",
      authors: "Han, Bing and Srinivasan, Gopalakrishnan and Roy, Kaushik",
      title: "RMP-SNN: Residual Membrane Potential Neuron for Enabling Deeper High-Accuracy and Low-Latency Spiking Neural "
        + "Network",
      venue: "CVPR, 13558-13567", doi: "10.1109/CVPR42600.2020.01357"),
    Citation(
      "Han, Roy 2020", 2020, use: "neuron switch of the threshold methods", authors: "Han, Bing and Roy, Kaushik",
      title: "Deep Spiking Neural Network: Energy Efficiency Through Time Based Coding", venue: "ECCV 2020",
      doi: "10.1007/978-3-030-58607-2_23", letter: "b"),
    Citation(
      "Horowitz 2014", 2014, use: "energy model operation, chip generic-45nm", authors: "Horowitz, Mark",
      title: "1.1 Computing's energy problem (and what we can do about it)", venue: "ISSCC, 10-14",
      doi: "10.1109/ISSCC.2014.6757323"),
    Citation(
      "Kim et al. 2018", 2018, use: "method weighted-spikes",
      authors: "Kim, Jaehyun and Kim, Heesu and Huh, Subin and Lee, Jinho and Choi, Kiyoung",
      title: "Deep neural networks with weighted spikes", venue: "Neurocomputing 311, 373-386",
      doi: "10.1016/j.neucom.2018.05.087"),
    Citation(
      "Kim et al. 2020", 2020, use: "method channel-norm",
      authors: "Kim, Seijoon and Park, Seongsik and Na, Byunggook and Yoon, Sungroh",
      title: "Spiking-YOLO: Spiking Neural Network for Energy-Efficient Object Detection", venue: "AAAI 34, 11270-11277",
      doi: "10.1609/aaai.v34i07.6787"),
    Citation(
      "Lemaire et al. 2022", 2022, use: "energy model lemaire",
      authors: "Lemaire, Edgar and Cordone, Lo{\\\"i}c and Castagnetti, Andrea and Novac, Pierre-Emmanuel and "
        + "Courtois, Jonathan and Miramond, Beno{\\^i}t",
      title: "An Analytical Estimation of Spiking Neural Networks Energy Efficiency", venue: "ICONIP",
      doi: "10.1007/978-3-031-30105-6_48"),
    Citation(
      "Li et al. 2021", 2021, use: "method mmse, calibration of biases, potentials and weights",
      authors: "Li, Yuhang and Deng, Shikuang and Dong, Xin and Gong, Ruihao and Gu, Shi",
      title: "A Free Lunch From ANN: Towards Efficient, Accurate Spiking Neural Networks Calibration", venue: "ICML",
      arXiv: "2106.06984"),
    Citation(
      "Li et al. 2023", 2023, use: "method ic-snn",
      authors: "Li, Cuixia and Shang, Zhiquan and Shi, Li and Gao, Wenlong and Zhang, Shuyan",
      title: "IC-SNN: Optimal ANN2SNN Conversion at Low Latency", venue: "Mathematics 11(1), 58",
      doi: "10.3390/math11010058"),
    Citation(
      "Li, Zhao, Zeng 2022", 2022, use: "method bsnn", authors: "Li, Yang and Zhao, Dongcheng and Zeng, Yi",
      title: "BSNN: Towards faster and better conversion of artificial neural networks to spiking neural networks with "
        + "bistable neurons",
      venue: "Frontiers in Neuroscience 16, 991851", doi: "10.3389/fnins.2022.991851"),
    Citation(
      "Merolla et al. 2011", 2011, use: "spike profile merolla2011",
      authors: "Merolla, Paul and Arthur, John and Akopyan, Filipp and Imam, Nabil and Manohar, Rajit and "
        + "Modha, Dharmendra S.",
      title: "A digital neurosynaptic core using embedded crossbar memory with 45pJ per spike in 45nm", venue: "CICC",
      doi: "10.1109/CICC.2011.6055294"),
    Citation(
      "Merolla et al. 2014", 2014, use: "chip truenorth",
      authors: "Merolla, Paul A. and Arthur, John V. and Alvarez-Icaza, Rodrigo and others",
      title: "A million spiking-neuron integrated circuit with a scalable communication network and interface",
      venue: "Science 345(6197), 668-673", doi: "10.1126/science.1254642"),
    Citation(
      "Ngu, Lee 2022", 2022, use: "method channel-balance", authors: "Ngu, Huynh Cong Viet and Lee, Keon Myung",
      title: "Effective Conversion of a Convolutional Neural Network into a Spiking Neural Network for Image Recognition "
        + "Tasks",
      venue: "Applied Sciences 12(11), 5749", doi: "10.3390/app12115749"),
    Citation(
      "Park et al. 2020", 2020, use: "method ttfs",
      authors: "Park, Seongsik and Kim, Seijoon and Na, Byunggook and Yoon, Sungroh",
      title: "T2FSNN: Deep Spiking Neural Networks with Time-to-first-spike Coding", venue: "DAC",
      doi: "10.1109/DAC18072.2020.9218689"),
    Citation(
      "Rueckauer et al. 2017", 2017, use: "methods max-norm, robust-norm",
      authors: "Rueckauer, Bodo and Lungu, Iulia-Alexandra and Hu, Yuhuang and Pfeiffer, Michael and Liu, Shih-Chii",
      title: "Conversion of continuous-valued deep networks to efficient event-driven networks for image classification",
      venue: "Frontiers in Neuroscience 11, 682", doi: "10.3389/fnins.2017.00682"),
    Citation(
      "Sengupta et al. 2019", 2019, use: "method spike-norm",
      authors: "Sengupta, Abhronil and Ye, Yuting and Wang, Robert and Liu, Chiao and Roy, Kaushik",
      title: "Going Deeper in Spiking Neural Networks: VGG and Residual Architectures",
      venue: "Frontiers in Neuroscience 13, 95", doi: "10.3389/fnins.2019.00095"),
    Citation(
      "Stöckl, Maass 2021", 2021, use: "neuron phase of the threshold methods",
      authors: "St{\\\"o}ckl, Christoph and Maass, Wolfgang",
      title: "Optimized spiking neurons can classify images with high accuracy through temporal coding with two spikes",
      venue: "Nature Machine Intelligence 3, 230-238", doi: "10.1038/s42256-021-00311-4"),
    Citation(
      "Yan et al. 2024", 2024, use: "energy model quantisedTwin", authors: "Yan, Zhanglu and Bai, Zhenyu and Wong, Weng-Fai",
      title: "Reconsidering the energy efficiency of spiking neural networks", venue: "arXiv", arXiv: "2409.08290"),
    Citation(
      "Yao et al. 2024", 2024, use: "chip dynapcnn", authors: "Yao, Man and Richter, Ole and Zhao, Guangshe and others",
      title: "Spike-based dynamic computing with asynchronous sensing-computing neuromorphic chip",
      venue: "Nature Communications 15, 4464", doi: "10.1038/s41467-024-47811-6"),
    Citation(
      "Yik et al. 2025", 2025, use: "member neurobench of run.json",
      authors: "Yik, Jason and Van den Berghe, Korneel and den Blanken, Douwe and others",
      title: "The neurobench framework for benchmarking neuromorphic computing algorithms and systems",
      venue: "Nature Communications 16, 1545", doi: "10.1038/s41467-025-56739-4"),
    Citation(
      "Yu et al. 2020", 2020, use: "methods ter-mapping, aug-mapping",
      authors: "Yu, Qiang and Ma, Chenxiang and Song, Shiming and Zhang, Gaoyan and Dang, Jianwu and Tan, Kay Chen",
      title: "Constructing Accurate and Efficient Deep Spiking Neural Networks With Double-Threshold and Augmented Schemes",
      venue: "IEEE Transactions on Neural Networks and Learning Systems 33(4), 1714-1726",
      doi: "10.1109/TNNLS.2020.3043415"),
  ]
}
