namespace Platform.Agent.Planning;

/// <summary>Reads questions about named objects themselves: what one is, what is around it, how two are connected.</summary>
internal sealed class LinkQuestions(Sentence s, Operands operands)
{
    private const int NeighborLimit = 50;

    private static readonly string[] PathNouns =
    [
        "path", "paths", "shortest path", "connection", "connections", "link", "links", "route", "relationship", "relation", "shortest connection", "chain", "shortest route",
    ];

    private static readonly string[] PathOpenings = ["what is", "what's", "is there", "find", "find me", "show", "show me", "give me", "get", "compute", "trace"];
    private static readonly string[] Connected = ["related", "connected", "linked", "associated", "tied", "relate", "connect", "link"];

    private static readonly string[] DescribeOpenings =
    [
        "what is", "what's", "what are", "who is", "who's", "who are", "describe", "explain", "tell me about", "tell me more about", "more about", "about", "info on", "information on",
        "information about", "details on", "details of", "details about", "show me", "show", "give me details on", "give me information on", "give me information about",
        "what do you know about", "what do we know about", "what can you tell me about", "look up", "lookup", "define", "get", "find", "summarize", "summarise", "profile of",
        "give me an overview of", "overview of", "an overview of", "summary of", "give me a summary of", "a summary of", "give me a profile of", "profile", "background on", "give me background on", "brief me on", "give me a description of", "description of", "the description of", "what is the description of", "what's the description of",
        "describe to me", "can you explain", "explain to me", "what does it mean", "what exactly is", "what is meant by", "what do we have on", "what do you have on", "what have you got on", "what is known about", "what's known about", "give me details about", "give me details of", "give details on", "give me info on", "give me info about",
        "i need information on", "i need information about", "i want to know about", "i would like to know about", "i'd like to know about", "tell me who is", "tell me what is", "tell me who", "tell me what", "show details for", "show me details for", "show me details of", "show details of", "details for", "learn about", "read about", "what's the definition of",
        "what is the definition of", "definition of", "meaning of", "what is the meaning of", "give me the description of", "show me the description of", "what does", "what can you say about", "what should i know about", "fill me in on", "write a summary of", "open", "display", "dossier on", "intel on", "give me intel on", "what was",
    ];

    private static readonly string[] NeighborOpenings =
    [
        "neighbors of", "neighbours of", "neighborhood of", "neighbourhood of", "relationships of", "what is related to", "what is connected to", "what is linked to",
        "what is directly connected to", "what is directly related to", "what is directly linked to", "what relates to", "what connects to", "what's connected to", "what's related to",
        "connections of", "what is around", "which objects are connected to", "which objects are related to", "which objects are linked to", "objects related to", "objects connected to",
    ];

    public void Read(int at, Action<Plan, int, int> add)
    {
        Paths(at, add);
        foreach (var start in Starts(at, NeighborOpenings, ["show", "show me", "list", "give me", "get"]))
        {
            foreach (var one in operands.One(start))
            {
                add(new NeighborsPlan(one.Value, NeighborLimit), one.Next, one.Score);
            }
        }

        foreach (var start in Starts(at, DescribeOpenings, ["please"]).Append(at))
        {
            foreach (var one in operands.One(start))
            {
                // "Who is X behind" and the like go on after the name, so that they never end here.
                add(new DescribePlan(one.Value), s.After(one.Next, ["mean", "about", "stand for"]) is >= 0 and var next ? next : one.Next, one.Score);
            }
        }
    }

    private IEnumerable<int> Starts(int at, string[] openings, string[] leads)
    {
        var lead = s.After(at, leads);
        foreach (var from in new[] { at, lead < 0 ? at : s.SkipFillers(lead) })
        {
            if (s.After(s.SkipFillers(from), openings) is >= 0 and var next)
            {
                yield return next;
            }
        }
    }

    /// <summary>"path between A and B", "from A to B", "how is A related to B", "how are A and B connected", "what connects A and B".</summary>
    private void Paths(int at, Action<Plan, int, int> add)
    {
        var opening = s.After(at, PathOpenings);
        foreach (var start in new[] { at, opening })
        {
            if (start >= 0 && s.After(s.SkipFillers(start), PathNouns) is >= 0 and var noun)
            {
                Pairs(s.After(noun, ["between"]), ["and"], [], add);
                Pairs(s.After(noun, ["from"]), ["to"], [], add);
            }
        }

        if (s.After(at, ["how is", "how are", "how was", "how were", "how does", "how do"]) is >= 0 and var how)
        {
            foreach (var first in operands.One(how))
            {
                if (s.After(first.Next, Connected) is >= 0 and var verb && s.After(verb, ["to", "with"]) is >= 0 and var to)
                {
                    Second(first, to, [], add);
                }
            }

            Pairs(how, ["and"], Connected, add);
        }

        Pairs(s.After(at, ["what connects", "what links", "how to get from", "connect", "what lies between"]), ["and", "to", "with"], [], add);
    }

    private void Pairs(int at, string[] between, string[] after, Action<Plan, int, int> add)
    {
        if (at < 0)
        {
            return;
        }

        foreach (var first in operands.One(at))
        {
            if (s.After(first.Next, between) is >= 0 and var second)
            {
                Second(first, second, after, add);
            }
        }
    }

    private void Second(Parsed<EntityRef> first, int at, string[] after, Action<Plan, int, int> add)
    {
        foreach (var second in operands.One(at))
        {
            var next = second.Next;
            if (after.Length > 0)
            {
                next = s.After(next, after);
                if (next < 0)
                {
                    continue;
                }

                next = s.After(next, ["to each other", "with each other"]) is >= 0 and var other ? other : next;
            }

            if (first.Value != second.Value)
            {
                add(new PathPlan(first.Value, second.Value), next, first.Score + second.Score);
            }
        }
    }
}
