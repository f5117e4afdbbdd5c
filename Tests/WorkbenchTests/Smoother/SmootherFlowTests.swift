import Evaluation
import RunStore
import Screen
import Testing

@testable import Workbench

@Suite struct SmootherFlowTests {
    @Test func itOpensTheWatchedRunOrTheNewest() {
        var state = Fixture.state()
        #expect(update(&state, .smoother(.available(Fixture.predicted))).isEmpty)
        var robot = Robot(state)
        robot.press("3")
        #expect(robot.takeEffects() == [.smoother(.open(.run(Fixture.predicted[0]), 1))])
        #expect(robot.sees("loading ck-expr"))
        robot.send(.smoother(.openFailed(1, "val.csv, line 7: 'x' is not a number.")))
        #expect(robot.sees("val.csv, line 7"))
        #expect(robot.sees("correct the path"))
        robot.send(.smoother(.openFailed(0, "late")))
        #expect(robot.sees("val.csv, line 7"))
    }

    @Test func emptyStoresSayWhatToDo() {
        var robot = Robot(Fixture.empty())
        robot.press("3")
        #expect(robot.sees("No predictions are open"))
        #expect(robot.sees("maeface --predictions FILE --truth T"))
        for key in ["a", "w", "e", "=", "V", "l", "gg"] {
            robot.press(key)
            #expect(robot.bottom.contains("O a file"))
        }
        robot.press("R")
        #expect(robot.sees("a file or folder"))
        robot.press("<enter>")
        #expect(robot.sees("Open predictions of any model"))
    }

    @Test func filesAreOpenedFromAForm() {
        var robot = Robot(Fixture.empty())
        robot.press("O<enter>")
        #expect(robot.sees("the path of the predictions is missing"))
        robot.press("~/them")
        robot.send(.input(.paste("/pred.csv\n")))
        robot.press("<tab>labels<tab>valence=pred_ftrick<tab>oops<enter>")
        #expect(robot.sees("'oops' is not of the form channel=column"))
        robot.press("<ctrl-u>valence=target<tab>x<enter>")
        #expect(robot.sees("'x' is not a number of frames"))
        robot.press("<ctrl-u>25<enter>")
        var reading = PredictionReadingOptions()
        reading.columns = [.init(channel: "valence", column: "pred_ftrick")]
        reading.truthColumns = [.init(channel: "valence", column: "target")]
        reading.framesPerSecond = 25
        let files = PredictionFiles(paths: ["~/them/pred.csv"], truth: "labels", reading: reading)
        #expect(robot.takeEffects() == [.smoother(.open(.files(files), 1))])
        #expect(robot.state.current == .smoother)
        // What was typed is there again to be corrected.
        robot.send(.smoother(.openFailed(1, "no such file")))
        robot.press("O")
        #expect(robot.sees("valence=target"))
    }

    @Test func videosFoldsAndCurvesAreChosen() {
        var robot = Fixture.smoother()
        robot.press("V")
        #expect(robot.sees("Which video? (worst first)"))
        robot.press("/left<enter><enter>")
        #expect(robot.smoother.shownVideo?.name == "video5_left")
        robot.press("Fj<enter>")
        #expect(robot.smoother.fold == 1)
        #expect(robot.smoother.shownVideo?.fold == 1)
        #expect(robot.requests.last?.scope == .fold(1))
        #expect(robot.smoother.listed.count == 2)
        robot.press("Fgk<enter>")
        #expect(robot.smoother.fold == nil)
        robot.press("td<esc>")
        #expect(!robot.smoother.hidden.contains(.residual))
        robot.press("tdtrs<esc>")
        #expect(robot.smoother.hidden == Set(SmootherCurve.allCases))
        #expect(robot.sees("every curve is hidden"))
        robot.robot.click(on: "truth ")
        #expect(!robot.smoother.hidden.contains(.truth))
        var units = Fixture.smoother(Fixture.actionUnits)
        units.press("F")
        #expect(units.robot.bottom.contains("have no folds"))
    }

    @Test func theWorstVideoComesFirstAndKeysGoThroughThem() throws {
        var robot = Fixture.smoother()
        let bad = try #require(robot.smoother.standings.first)
        #expect(robot.set.videos[bad.video].name == "bad-one")
        #expect(bad.effect > 0)
        #expect(robot.sees(ScoreText.effect(bad.effect)))
        #expect(robot.sees("13.3%"))
        robot.press("<tab><tab>")
        #expect(robot.smoother.focus == .videos)
        robot.press("gg<enter>")
        #expect(robot.smoother.shownVideo?.name == "bad-one")
        robot.press("n")
        #expect(robot.smoother.video == robot.smoother.listed[1])
        robot.press("NN")
        #expect(robot.robot.bottom.contains("this is the first video"))
        robot.press("/77<enter>")
        #expect(robot.smoother.listed.count == 1)
        robot.press("n")
        #expect(robot.smoother.shownVideo?.name == "video77")
        robot.press("<esc>")
        #expect(robot.smoother.listed.count == 4)
        robot.robot.click(on: "video5_left")
        robot.settle()
        #expect(robot.smoother.shownVideo?.name == "video5_left")
    }

    @Test func theChartZoomsPansAndReads() {
        var robot = Fixture.smoother()
        robot.press("<backtab>")
        #expect(robot.smoother.focus == .chart)
        robot.press("<left>")
        #expect(robot.robot.bottom.contains("the whole video is in view"))
        robot.press("++")
        let zoomed = robot.smoother.window
        #expect(zoomed != .all)
        robot.press("<right>")
        #expect(robot.smoother.window != zoomed)
        robot.press("L")
        let crosshair = robot.smoother.crosshair ?? -1
        #expect(robot.sees("frame \(Int(crosshair))"))
        #expect(robot.lines.first { $0.contains("frame \(Int(crosshair))") }?.contains("smoothed ") == true)
        robot.press("<esc>0")
        #expect(robot.smoother.crosshair == nil)
        #expect(robot.smoother.window == .all)
        #expect(robot.sigmas == Sigmas(20, 5, 2))
        robot.robot.mouse(.scrollUp, 60, 6)
        #expect(robot.smoother.window != .all)
        robot.robot.mouse(.press, 60, 6)
        #expect(robot.smoother.crosshair != nil)
        robot.robot.mouse(.drag, 70, 6)
        #expect(robot.smoother.crosshair == nil)
        robot.robot.mouse(.doubleClick, 60, 6)
        #expect(robot.smoother.window == .all)
    }

    @Test func theMapMovesTwoSigmasAtOnce() throws {
        var robot = Fixture.smoother()
        robot.press("<tab><tab><tab>")
        #expect(robot.smoother.focus == .map)
        let before = robot.sigmas
        robot.press("l")
        #expect(robot.sigmas.first > before.first)
        robot.press("k")
        #expect(robot.sigmas.second > before.second)
        robot.press("hhhhhhhhhhhhhhhhhhhh")
        #expect(robot.sigmas.isValid)
        #expect(robot.robot.bottom.contains("σ1 has to be larger"))
        let rect = try #require(SmootherLayout(robot.robot.state)?.panes[.map])
        let plot = SurfaceView(state: robot.robot.state, rect: rect).plot
        robot.robot.mouse(.press, plot.endColumn - 1, plot.endRow - 1)
        robot.settle()
        #expect(robot.sigmas == Sigmas(400, 0, 2))
    }

    @Test func tuningShowsWhatWasLeftOutBesideWhatWasFitted() throws {
        var robot = Fixture.smoother()
        robot.isHolding = true
        robot.press("a")
        guard case .tune(let number, let plan, _) = robot.others.last else {
            Issue.record("nothing is tuned")
            return
        }
        #expect(plan.leaveOut == .folds)
        #expect(plan.linked)
        robot.robot.send(
            .smoother(.tuning(number, TuningProgress(family: .residual, done: 45, expected: 100, best: 0.56))))
        #expect(robot.sees("tuning 45%"))
        robot.press("<esc>")
        #expect(robot.others.last == .cancelTuning)
        #expect(!robot.sees("tuning 45%"))
        // The result of what was cancelled comes too late.
        robot.isHolding = false
        let late = try #require(robot.engine.tune(plan, settings: robot.smoother.settings))
        robot.robot.send(.smoother(.tuned(number, late)))
        #expect(robot.smoother.tuned == nil)
        robot.press("a")
        let used = try #require(robot.smoother.usedRow)
        let leftOut = try #require(used.leftOut)
        #expect(!robot.smoother.isTuning)
        #expect(robot.sees(ScoreText.of(leftOut.mean)))
        #expect(robot.sees("left out"))
        #expect(robot.sees("Savitzky-Golay"))
        #expect(robot.smoother.settings.sigmas == used.settings(options: FilterOptions())?.sigmas)
        // A row of the table is taken by hand; a baseline is not one the sliders can show.
        robot.press("<tab><tab><tab>")
        #expect(robot.smoother.focus == .tuning)
        robot.press("gg<enter>")
        #expect(robot.sigmas == .identity)
        robot.press("G<enter>")
        #expect(robot.robot.bottom.contains("is only a baseline"))
    }

    @Test func aTuningIsToldWhatToLeaveOutAndWhatToTake() throws {
        var robot = Fixture.smoother(width: 80, height: 24)
        robot.press("A")
        #expect(robot.sees("leave out") && robot.sees("folds") && robot.sees("best when left out"))
        // Videos, the strict triple, up to 30 frames.
        robot.press("l<tab>l<tab><ctrl-u>x<enter>")
        #expect(robot.sees("'x' is not a number of frames"))
        robot.press("<ctrl-u>30<enter>")
        guard case .tune(_, let plan, _) = robot.others.last else {
            Issue.record("nothing is tuned")
            return
        }
        #expect(plan.leaveOut == .videos)
        #expect(plan.largest == 30)
        #expect(plan.thresholds)
        let used = try #require(robot.smoother.usedRow)
        #expect(used.family == .residual)
        #expect(robot.sigmas.isStrict)
        #expect(used.parts.map(\.name) == robot.set.videos.map(\.name))
        // The best, which here is a plain Gaussian, once that is asked for; what was chosen is there again.
        robot.press("A")
        #expect(robot.sees("three sigmas (strict)") && robot.sees("30"))
        robot.press("<tab>l<enter>")
        #expect(robot.smoother.usedRow?.family == .gaussian)
        var units = Fixture.smoother(Fixture.actionUnits)
        units.press("A<tab><tab><tab>l<enter>")
        guard case .tune(_, let fixed, _) = units.others.last else {
            Issue.record("nothing is tuned")
            return
        }
        #expect(!fixed.thresholds)
        #expect(fixed.leaveOut == .videos)
        #expect(units.smoother.settings.thresholds == Array(repeating: 0.5, count: 12))
        // While one runs there is nothing to be told.
        robot.isHolding = true
        robot.press("aA")
        #expect(robot.robot.bottom.contains("tuning is running"))
        robot.press("a")
        #expect(robot.others.last == .cancelTuning)
    }

    @Test func aTaskOfARunIsChosen() {
        var robot = Fixture.smoother(width: 80, height: 24)
        robot.press("R")
        #expect(robot.lines.count { $0.contains("ck-expr") && $0.contains("finished") } == 2)
        robot.robot.press("j<enter>")
        guard case .smoother(.open(let source, _)) = robot.robot.takeEffects().last else {
            Issue.record("nothing is opened")
            return
        }
        #expect(source == .run(Fixture.predicted[1]))
    }

    @Test func withoutTruthThereIsNothingToTune() {
        var set = Fixture.valenceArousal
        for index in set.videos.indices {
            set.videos[index].truth = set.videos[index].truth.map { $0.map { _ in .nan } }
        }
        var robot = Fixture.smoother(set)
        #expect(robot.sees("no truth, so no scores"))
        robot.press("a")
        #expect(robot.robot.bottom.contains("tuning needs truth"))
        #expect(robot.smoother.curve(.smoothed)?.count == 400)
    }

    @Test func whatIsKeptGoesWithTheRun() {
        var robot = Fixture.smoother(Fixture.actionUnits)
        robot.press("=29,8,3.5<enter>jjj=.3<enter>")
        robot.press("w")
        guard case .keep(let kept, let run) = robot.others.last else {
            Issue.record("nothing is kept")
            return
        }
        #expect(run == 2)
        #expect(kept.channels.count == 12)
        #expect(
            kept.channels.first
                == KeptSmoothing(channel: "AU1", sigma1: 29, sigma2: 8, sigma3: 3.5, threshold: 0.3))
        #expect(kept.smoothed == robot.smoother.scores?.all.smoothed.mean)
        #expect(kept.leftOut == nil)
        // Opened again, it is as it was.
        robot.robot.press("R<enter>")
        let number = robot.smoother.opening
        robot.robot.send(.smoother(.opened(number, Fixture.actionUnits, kept: kept, notes: [])))
        #expect(robot.sigmas == Sigmas(29, 8, 3.5))
        #expect(robot.smoother.threshold == 0.3)
        var file = Fixture.smoother(source: .files(PredictionFiles(paths: ["a.csv"])))
        file.press("w")
        #expect(file.robot.bottom.contains("maeface runs import"))
    }

    @Test func exportAsksWhatAndWhereAndBeforeItReplaces() {
        var robot = Fixture.smoother()
        robot.press("e")
        #expect(robot.sees("smoothed predictions (CSV)"))
        #expect(robot.sees("abaw5-va-smoothed.csv"))
        robot.press("<right>")
        #expect(robot.sees("abaw5-va-submission.txt"))
        robot.press("<tab><ctrl-u><enter>")
        #expect(robot.sees("the name of the file is missing"))
        robot.press("out.txt<tab>list.txt<enter>")
        guard case .export(let request) = robot.others.last else {
            Issue.record("nothing is exported")
            return
        }
        #expect(request.kind == .submission)
        #expect(request.path == "out.txt")
        #expect(request.list == "list.txt")
        #expect(!request.overwrites)
        robot.robot.send(.smoother(.exportExists(request)))
        #expect(robot.sees("out.txt already exists"))
        robot.press("<enter>")
        #expect(robot.robot.bottom.contains("nothing was written"))
        robot.robot.send(.smoother(.exportExists(request)))
        // Pasted text replaces nothing.
        let before = robot.others.count
        robot.robot.send(.input(.key(.character("y")), inBurst: true))
        #expect(robot.others.count == before)
        #expect(robot.sees("out.txt already exists"))
        robot.press("y")
        guard case .export(let again) = robot.others.last else { return }
        #expect(again.overwrites)
    }

    @Test func filterOptions() {
        var robot = Fixture.smoother()
        robot.press(",l<tab>l<tab> <tab>l<enter>")
        let options = robot.smoother.settings.options
        #expect(options == FilterOptions(edge: .mirror, gaps: .hold, result: .kept, clips: false))
        #expect(robot.requests.last?.settings.options == options)
        var units = Fixture.smoother(Fixture.actionUnits)
        units.press(",kl<enter>")
        #expect(units.smoother.settings.options.domain == .logits)
    }

    @Test func zoomShowsEveryPaneOnTheSmallestScreen() {
        var robot = Fixture.smoother(width: 60, height: 16)
        robot.press("z")
        for text in ["CCC raw", "Videos, worst", "CCC over"] {
            robot.press("<tab>")
            #expect(robot.sees(text))
        }
        robot.press("z")
        #expect(robot.sees("Sigmas"))
    }

    @Test func copyGivesTheCommandLine() {
        var robot = Fixture.smoother()
        robot.robot.press("y")
        #expect(robot.robot.takeEffects() == [.copy("--sigma 20,5,2")])
    }
}
