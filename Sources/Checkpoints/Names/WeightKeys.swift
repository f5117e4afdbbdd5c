/// Keys under which training scripts keep weights and what lies beside them.
enum WeightKeys {
    /// Running averages, which timm's `load_state_dict(use_ema=True)` takes first, in its order.
    static let averages = ["state_dict_ema", "model_ema"]

    /// Where the weights are, the likeliest first: what timm looks for, in its order, then what others use; of a
    /// teacher and its student the teacher's count.
    static let usual =
        averages + [
            "state_dict", "model", "model_state_dict", "model_state", "net", "network", "module", "teacher", "student",
            "weights", "params", "ema",
        ]

    /// What is of the training, not of the model.
    static let training: Set<String> = [
        "optimizer", "optimizers", "optimizer_state_dict", "optim", "opt", "scaler", "scheduler", "lr_scheduler", "amp",
        "optimizer_states", "lr_schedulers", "loss", "criterion",
    ]
}
