namespace Platform.Agent.Chat;

/// <summary>Limits of the chat endpoints; section <c>Chat</c>.</summary>
internal sealed class ChatOptions
{
    public const string Section = "Chat";

    /// <summary>How long a streamed answer may take.</summary>
    public TimeSpan StreamLimit { get; set; } = TimeSpan.FromSeconds(300);

    /// <summary>How long a polled answer may take.</summary>
    public TimeSpan PollLimit { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a stream may be silent before a comment keeps it open.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Questions an hour that one caller may ask at each endpoint.</summary>
    public int QuestionsPerHour { get; set; } = 100;

    /// <summary>How often an hour one caller may list or call tools.</summary>
    public int ToolCallsPerHour { get; set; } = 200;

    public bool IsValid => ToolCallsPerHour is > 0 and <= 1_000_000 &&
        StreamLimit > TimeSpan.Zero && PollLimit > TimeSpan.Zero && Heartbeat > TimeSpan.Zero && QuestionsPerHour is > 0 and <= 1_000_000;
}
