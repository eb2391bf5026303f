namespace Platform.Agent.Planning;

/// <summary>The kinds of objects that a question can be about.</summary>
internal enum ObjectKind
{
    Object,
    Technique,
    SubTechnique,
    Group,
    Malware,
    Tool,
    Software,
    Campaign,
    Mitigation,
    Vulnerability,
    Indicator,
    Report,
    Identity,
    Location,
    Infrastructure,
    Incident,
    Tactic,
    DataSource,
    DataComponent,
    DetectionStrategy,
    Analytic,
}
